"""One action: what is wrong, why, what to do next, and where to look."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards.parts import items, links, words


def draw(action: Mapping[str, Any], repositories: Mapping[str, str]) -> None:
    """Draw an action, a row of `metrics.actions`; `repositories` are their labels by id."""
    with st.container(border=True, gap="xsmall"):
        badges = [f":gray-badge[{words.responsibility(action['responsibility'])}]"]
        if action["is_new"]:
            badges.insert(0, ":blue-badge[New]")
        st.markdown(f"**{words.plain(action['title'])}** {' '.join(badges)}")
        st.markdown(words.plain(action["why"]))
        st.markdown(f":material/arrow_forward: **Next:** {words.plain(action['next_step'])}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            place = items.place(action, repositories)
            links.to(place.page, place.label, place.parameters)
            if (action["url"] or "").startswith(("https://", "http://")):
                st.page_link(action["url"], label="Open", icon=":material/open_in_new:")
            with st.popover("Rule", type="tertiary", icon=":material/help:"):
                _explain(action)
            if action["days_saved"]:
                st.caption(f"saves about {_days(action)} · {_sure(action)}", width="stretch")


def _explain(action: Mapping[str, Any]) -> None:
    st.markdown(f"**{words.plain(action['rule_title'] or action['rule'])}** (rule `{action['rule']}`)")
    if action["rule_definition"]:
        st.markdown(words.plain(action["rule_definition"]))
    if action["days_saved"]:
        basis = f": {words.plain(action['basis'])}" if action["basis"] else ""
        st.markdown(f"**About {_days(action)} saved**{basis}. An estimate by the rule, in working days of one person.")
        st.markdown(
            f"**{_sure(action).capitalize()}**: how likely it is that the rule is right about this and that acting "
            "pays. Actions are listed by days saved × this."
        )
    st.caption(f"About `{action['item_id']}` · first seen {words.instant(action['first_seen_at'])}")


def _days(action: Mapping[str, Any]) -> str:
    days = action["days_saved"]
    return f"{words.number(days)} working {'day' if days == 1 else 'days'}"


def _sure(action: Mapping[str, Any]) -> str:
    return f"the rule is {words.share(action['confidence'])} sure"
