"""What a page says when there is nothing to show: which command fills it."""

import streamlit as st

from dashboards import data, settings
from dashboards.parts import words
from dashboards.queries import about


def nothing_published() -> None:
    """The page before the first run."""
    st.info(
        f"Nothing is published in `{settings.current().directory}` yet.\n\n"
        "`leadline run` collects, computes and publishes; this page shows the result as soon as it is there.",
        title="No data yet",
        icon=":material/hourglass_empty:",
    )


def nothing_here(what: str, command: str | None = None) -> None:
    """A card without content: why it is empty, and the command that fills it where there is one."""
    st.caption(f":material/info: {what}" + (f" `{command}` fills this." if command else ""))


def hidden(what: str) -> None:
    """A card without content because of what the configuration says about people."""
    people = data.rows(about.PRIVACY)["people"][0]
    st.caption(f':material/visibility_off: {what}: `[privacy] people` is `"{people}"`.')


def is_left_out() -> bool:
    """Whether tables about single people are empty because the configuration says so."""
    return bool(data.rows(about.PRIVACY)["people"][0] == "off")


def only_oneself(what: str) -> None:
    """A list of people in which nobody stands whom the reader may see; `what` is why where they may see all."""
    if data.rows(about.PRIVACY)["people"][0] == "self":
        hidden("Of single people everybody sees only themselves, once signed in")
    else:
        nothing_here(what)


def no_action(*, narrowed: bool) -> None:
    """The place of the actions where there are none: what was checked and when; `narrowed` by a filter or not."""
    rules, runs = data.rows(about.RULES)["rules"][0], data.rows(about.LAST_RUN)
    told = [f"{words.count(rules, 'rule')} checked"]
    told += [f"last run {words.ago(at)}, {words.instant(at)}" for at in runs["started_at"]]
    with st.container(border=True, gap="xsmall"):
        within = " in the chosen repository or team" if narrowed else ""
        st.markdown(f":material/check_circle: **No rule found anything to act on{within}**")
        st.caption(", ".join(told))
