"""The server of the review page: what it answers. All texts go out as JSON; the page itself is made of fixed files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from mitotransfer.decisions import Desk
from mitotransfer.decisions.log import Stale
from mitotransfer.errors import MitotransferError
from mitotransfer.review.curation import actions, view
from mitotransfer.review.curation.catalogue import Catalogue, Entry
from mitotransfer.review.curation.filters import FLAGS, SORTS, BadQueryError, Query, select
from mitotransfer.review.curation.gate import HEADERS, Gate, Refused
from mitotransfer.review.curation.suggestions import Suggestions, names_in, rules_in
from mitotransfer.rows import REVIEW_STATES, TABLES, TITLES
from mitotransfer.terms import Terms

STATIC = Path(__file__).parent / "static"
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_MOST_BRIEFS = 400
_MOST_BYTES = 256 * 1024


class Room:
    """What all requests share, one at a time."""

    def __init__(self, desk: Desk, terms: Terms, apply: Callable[[], list[str]]) -> None:
        self.desk, self.terms, self.apply = desk, terms, apply
        self.catalogue = Catalogue(desk)
        self.suggestions = Suggestions(terms)
        self.lock = threading.RLock()

    def state(self) -> dict[str, Any]:
        """What every answer tells besides: where the catalogue is, and what the reviewer can withdraw."""
        last = actions.undoable(self.catalogue.decisions, self.desk.reviewer)
        entry = self.catalogue.at_key(last.row_id) if last else None
        undo = {"id": last.decision_id, "what": view.said(last), "row": entry.ident if entry else ""} if last else None
        loose = len(self.catalogue.loose) + len(self.catalogue.loose_evidence)
        return {"version": self.catalogue.version, "whole": self.catalogue.whole, "undo": undo, "waiting": loose}

    def shown(self, entry: Entry) -> dict[str, Any]:
        """A row in full and in the list."""
        return {"row": view.detail(entry, self.catalogue), "brief": view.brief(entry), **self.state()}


def create_app(room: Room, gate: Gate) -> Flask:
    """The application. `gate` lets in; everything else is refused."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
    _guard(app, gate)
    _files(app)
    _reading(app, room)
    _offering(app, room)
    _deciding(app, room)
    return app


def _json(content: object, status: int = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(content), status=status, mimetype="application/json")


def _guard(app: Flask, gate: Gate) -> None:
    @app.before_request
    def check() -> None:
        gate.check_place(request.method, dict(request.headers.items()))
        if request.endpoint != "enter":
            gate.check_session(request.cookies.get(gate.cookie, ""))

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @app.get("/enter/<token>")
    def enter(token: str) -> AnyResponse:
        answer = redirect("/", HTTPStatus.SEE_OTHER)
        answer.set_cookie(gate.cookie, gate.enter(token), httponly=True, samesite="Strict", path="/")
        return answer

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        if request.path.startswith("/api/"):
            return _json({"error": str(error)}, error.status)
        return Response(f"{error}\n", status=error.status, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def unknown(error: HTTPException) -> Response:
        return _json({"error": error.description or error.name}, error.code or HTTPStatus.INTERNAL_SERVER_ERROR)

    @app.errorhandler(MitotransferError)
    def failed(error: MitotransferError) -> Response:
        wrong = isinstance(error, (actions.BadActionError, BadQueryError))
        return _json({"error": str(error)}, HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.INTERNAL_SERVER_ERROR)

    @app.errorhandler(msgspec.MsgspecError)
    def malformed(error: msgspec.MsgspecError) -> Response:
        return _json({"error": f"not understood: {error}"}, HTTPStatus.BAD_REQUEST)


def _files(app: Flask) -> None:
    """The files of the page, no other: their names are looked up, not opened."""
    files = {path.name: path.read_bytes() for path in STATIC.iterdir() if path.suffix in _KINDS}

    def answer(name: str) -> Response:
        if name not in files:
            return _json({"error": "there is no such file"}, HTTPStatus.NOT_FOUND)
        return Response(files[name], content_type=_KINDS[Path(name).suffix])

    @app.get("/")
    def page() -> Response:
        return answer("index.html")

    @app.get("/static/<name>")
    def static_file(name: str) -> Response:
        return answer(name)


def _reading(app: Flask, room: Room) -> None:
    catalogue = room.catalogue

    @app.before_request
    def refresh() -> None:
        with room.lock:
            if request.path.startswith("/api/"):
                catalogue.refresh()

    @app.get("/api/start")
    def start() -> Response:
        with room.lock:
            tables = [{"name": name, "title": TITLES[name], "columns": view.columns(name)} for name in TABLES]
            known = {"states": REVIEW_STATES, "sorts": list(SORTS), "flags": FLAGS}
            about = {"reviewer": room.desk.reviewer, "out": str(room.desk.out), "log": str(room.desk.log.path)}
            rules = rules_in(catalogue.entries.values())
            return _json({"tables": tables, "rules": rules, "total": len(catalogue.entries), **known, **about, **room.state()})

    @app.get("/api/rows")
    def rows() -> Response:
        with room.lock:
            found = select(catalogue.entries.values(), Query.of(request.args))
            ids = [entry.ident for entry in found.entries]
            return _json({"ids": ids, "states": found.states, **room.state()})

    @app.get("/api/briefs")
    def briefs() -> Response:
        wanted = request.args.get("ids", "").split(",")[:_MOST_BRIEFS]
        with room.lock:
            entries = (catalogue.entries.get(ident) for ident in wanted)
            return _json({"rows": [view.brief(entry) for entry in entries if entry]})

    @app.get("/api/row/<ident>")
    def row(ident: str) -> Response:
        with room.lock:
            entry = catalogue.entries.get(ident)
            return _json(room.shown(entry)) if entry else _json({"error": "this row is not there any more"}, HTTPStatus.NOT_FOUND)

    @app.get("/api/changes")
    def changes() -> Response:
        since = request.args.get("since", "")
        with room.lock:
            return _json({"rows": catalogue.changed(int(since) if since.isdecimal() else 0), **room.state()})

    @app.get("/api/waiting")
    def waiting() -> Response:
        with room.lock:
            return _json({"loose": view.waiting(catalogue), **room.state()})


def _offering(app: Flask, room: Room) -> None:
    catalogue = room.catalogue

    @app.get("/api/values")
    def values() -> Response:
        table, name, typed = (request.args.get(key, "") for key in ("table", "field", "typed"))
        if not (table in TABLES and any(column["name"] == name for column in view.columns(table))):
            raise BadQueryError(f"'{name}' is no column of table '{table}' that can be edited")
        with room.lock:
            found = room.suggestions.for_column(table, name, typed, catalogue.entries.values())
            return _json([one._asdict() for one in found])

    @app.get("/api/names")
    def names() -> Response:
        with room.lock:
            found = names_in(catalogue.entries.values(), request.args.get("what", ""), request.args.get("typed", ""))
            return _json([one._asdict() for one in found])


def _deciding(app: Flask, room: Room) -> None:
    catalogue, desk = room.catalogue, room.desk

    @app.post("/api/decide")
    def decide() -> Response:
        action = msgspec.json.decode(request.get_data(), type=actions.Action)
        with room.lock:
            made = actions.draft(action, catalogue, room.terms, desk.reviewer)
            entry = catalogue.entries[action.row]
            if catalogue.last(entry.key) != action.last_seen:
                return _stale(room, entry, action.last_seen)
            desk.snapshots.keep([made.snapshot])  # before the line that names it
            try:
                desk.log.add([made.decision], action.last_seen)
            except Stale:  # another program was faster
                catalogue.refresh()
                return _stale(room, catalogue.entries.get(action.row, entry), action.last_seen)
            catalogue.refresh()
            return _json(room.shown(catalogue.entries.get(action.row, entry)))

    @app.post("/api/undo")
    def undo() -> Response:
        wanted = msgspec.json.decode(request.get_data(), type=actions.Undo)
        with room.lock:
            last = actions.undoable(catalogue.decisions, desk.reviewer)
            if last is None or last.decision_id != wanted.decision:
                said = "Your last decision is another one meanwhile; nothing was withdrawn."
                return _json({"error": said, **room.state()}, HTTPStatus.CONFLICT)
            desk.log.add([actions.undoing(last)])
            catalogue.refresh()
            entry = catalogue.at_key(last.row_id)
            return _json({"said": view.said(last), **(room.shown(entry) if entry else {"row": None, **room.state()})})

    @app.post("/api/apply")
    def apply() -> Response:
        with room.lock:
            said = room.apply()
            catalogue.refresh()
            return _json({"said": said, **room.state()})


def _stale(room: Room, entry: Entry, last_seen: str) -> Response:
    """Nothing was saved: the row as it is now, and what was decided of it since."""
    known = view.history(room.catalogue.of_key(entry.key))
    seen = next((place for place, one in enumerate(known, 1) if one["id"] == last_seen), 0)
    since = [f"{one['who']}: {one['what']}" for one in known[seen:]]
    said = "Not saved: this row was decided on meanwhile."
    return _json({"error": said, "since": since, **room.shown(entry)}, HTTPStatus.CONFLICT)
