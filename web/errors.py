"""Every error in plain words, as a page or as JSON; what somebody typed is never lost."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from config.complaints import complaint
from flows.examining.receiving import PieceMisplaced, UploadRefused
from flows.logs import log
from flows.running.requests import BadRequest
from flows.scores.browsing import NoSuchComponent, NothingScored
from scoring import BadAssumption
from storage.browsing import NoSuchDocument, NoSuchImport
from storage.errors import DiskFull, StorageError, Unkeepable
from storage.ledger.requests import NoSuchRequest
from storage.ledger.uploads import NoSuchOrder, NoSuchUpload
from storage.people.accounts import NoSuchAccount
from storage.people.sessions import NoSuchLink
from storage.scored.runs import NoSuchRun
from web.access import NOBODY, Deed, Refused
from web.doors import BadForm, language_of
from web.entry import ENDED, FILES_LOST, KEPT, MOST_KEPT, TOO_LONG, send_again, sign_in_page
from web.limits import TooLarge
from web.rendering import rendered

NOT_FOUND = (
    NoSuchRun,
    NoSuchComponent,
    NoSuchDocument,
    NoSuchImport,
    NoSuchRequest,
    NoSuchAccount,
    NoSuchLink,
    NoSuchUpload,
    NoSuchOrder,
)

SENTENCES = {
    400: "Nội dung gửi lên bị đứt hoặc sai dạng. Tải lại trang rồi gửi lại.",
    401: "Phiên làm việc đã hết hạn. Đăng nhập lại rồi gửi tiếp; phần đã gửi được giữ.",
    403: "Tài khoản này không được xem hoặc làm việc này.",
    404: "Không có trang này.",
    405: "Trang này không nhận cách gửi đó.",
    413: "Nội dung gửi lên quá lớn.",
    422: "Có giá trị chưa đọc được trong nội dung gửi lên.",
    500: "Hệ thống gặp lỗi chưa lường trước; lỗi đã được ghi lại. Đề nghị thử lại, hoặc báo người quản trị.",
    507: "Máy chủ sắp hết chỗ chứa nên chưa nhận thêm tệp. Báo người quản trị; phần đã gửi được giữ.",
}
_CANNOT, _FORBIDDEN = "Chưa làm được việc này", "Không được phép"
_NOT_FOUND, _UNAVAILABLE = "Không tìm thấy", "Hệ thống tạm thời chưa dùng được"
_STALE = "Biểu mẫu không còn dùng được"
HEADINGS = (_CANNOT, _FORBIDDEN, _NOT_FOUND, _UNAVAILABLE, _STALE)


def answer_in_words(app: FastAPI) -> None:
    """Register an answer for every error."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(BadForm, _bad_form)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _not_readable)
    app.add_exception_handler(NothingScored, _not_scored)
    for kind in NOT_FOUND:
        app.add_exception_handler(kind, _missing)
    for fault in (BadAssumption, BadRequest, UploadRefused, Unkeepable):
        app.add_exception_handler(fault, _wrong)
    app.add_exception_handler(PieceMisplaced, _misplaced)
    app.add_exception_handler(DiskFull, _full)
    app.add_exception_handler(StorageError, _unavailable)
    app.add_exception_handler(Exception, _unexpected)


def problem(request: Request, status: int, message: str, heading: str = _CANNOT) -> Response:
    """An error as the asker reads it: JSON for the API, a page (or its part) for people."""
    if _wants_json(request):
        return JSONResponse({"error": message}, status_code=status)
    values = {"visitor": NOBODY, "place": None, "visit": None, "Deed": Deed, "heading": heading, "message": message}
    return HTMLResponse(rendered("error.html", values | {"status": status}, language_of(request)), status_code=status)


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/") or request.headers.get("accept") == "application/json"


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    if request.url.path.startswith("/api/"):
        status = 403 if error.signed_in else 401
        headers = {} if error.signed_in else {"WWW-Authenticate": 'Bearer realm="parindex"'}
        return JSONResponse({"error": SENTENCES[403], "deed": error.deed}, status_code=status, headers=headers)
    if error.signed_in:
        return problem(request, 403, SENTENCES[403], _FORBIDDEN)
    if _wants_json(request):
        return problem(request, 401, SENTENCES[401])
    if "hx-request" in request.headers:
        page = urlsplit(request.headers.get("hx-current-url", "/"))
        return Response(status_code=401, headers={"HX-Redirect": _sign_in(page.path, page.query)})
    if request.method == "GET":
        return RedirectResponse(_sign_in(request.url.path, request.url.query), status_code=303)
    return await _sign_in_again(request)


def _sign_in(path: str, query: str) -> str:
    return "/dang-nhap?" + urlencode({"next": f"{path}?{query}" if query else path})


async def _sign_in_again(request: Request) -> Response:
    """The session ended while a form was filled in: sign in here, what was typed is kept in the page."""
    if not request.url.path.startswith("/p/"):
        return sign_in_page(request, notice=ENDED, status=401)
    if "urlencoded" not in request.headers.get("content-type", ""):
        return sign_in_page(request, after=request.url.path, notice=FILES_LOST, status=401)
    kept = await _typed(request)
    if len(kept) > MOST_KEPT:
        return sign_in_page(request, notice=TOO_LONG, status=401)
    return sign_in_page(request, resume=(request.url.path, kept), notice=KEPT, status=401)


async def _typed(request: Request) -> str:
    form = await request.form()
    return urlencode([(name, str(value)) for name, value in form.multi_items() if name != "form_key"])


async def _bad_form(request: Request, error: Exception) -> Response:
    assert isinstance(error, BadForm)
    if error.key and _wants_json(request):
        return JSONResponse({"error": SENTENCES[401], "stale": True}, status_code=403)
    if error.key and request.url.path.startswith("/p/") and "urlencoded" in request.headers.get("content-type", ""):
        resume = (request.url.path, await _typed(request))
        return await run_in_threadpool(send_again, request, error.key, resume, status=403)
    message = "Biểu mẫu này đã cũ hoặc được gửi từ trang khác. Bấm quay lại, tải lại trang rồi gửi lại."
    return problem(request, 403, message, _STALE)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = str(error.detail) if isinstance(error, TooLarge) else SENTENCES.get(error.status_code, str(error.detail))
    answer = problem(request, error.status_code, message)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _not_readable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if request.url.path.startswith("/api/"):
        faults = [{"where": [str(part) for part in fault["loc"]], "what": complaint(fault)} for fault in error.errors()]
        return JSONResponse({"error": SENTENCES[422], "faults": faults}, status_code=422)
    return problem(request, 422, SENTENCES[422])


async def _missing(request: Request, error: Exception) -> Response:
    return problem(request, 404, str(error), _NOT_FOUND)


async def _not_scored(request: Request, error: Exception) -> Response:
    """No fault: the page keeps its menu and says what comes next. Programs get the sentence."""
    if request.method != "GET" or request.url.path.startswith("/api/"):
        return await _missing(request, error)
    return await run_in_threadpool(request.state.visit.page, "not_scored.html", 404)


async def _wrong(request: Request, error: Exception) -> Response:
    return problem(request, 422, str(error))


async def _misplaced(request: Request, error: Exception) -> Response:
    """Whoever sends pieces learns where to go on."""
    assert isinstance(error, PieceMisplaced)
    return JSONResponse({"error": str(error), "received": error.received}, status_code=409)


async def _full(request: Request, error: Exception) -> Response:
    return problem(request, 507, str(error), _UNAVAILABLE)


async def _unavailable(request: Request, error: Exception) -> Response:
    return problem(request, 503, str(error), _UNAVAILABLE)


async def _unexpected(request: Request, error: Exception) -> Response:
    log("page_fault", path=request.url.path, method=request.method, reason=type(error).__name__)  # the place: `fault`
    return problem(request, 500, SENTENCES[500])
