"""What is looked at from outside and by the clock: the schedule, chores, heartbeats, alarms, health, figures."""
