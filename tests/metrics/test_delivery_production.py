"""The ladder: which rung wins, and what is a deployment on each."""

import pytest
from delivery_worlds import AS_OF, REPO, Delivery, ago

RUNGS = ["deployment", "ci_run", "release", "tag", "merge"]


def every_rung() -> Delivery:
    """A repository that leaves a trace on every rung."""
    story = Delivery()
    story.commit("c0", 20)
    story.deploy("c0", 10)
    story.run_of("Deploy", "c0", 11)
    story.add("tags", repo_id=REPO, name="v1.0", sha="c0", tagged_at=ago(12))
    story.add("releases", release_id="r", repo_id=REPO, tag="v1.0", is_prerelease=False, published_at=ago(13))
    story.merged("c0", 14)
    return story


@pytest.mark.parametrize("left_out", range(6))
def test_the_best_rung_wins_and_rungs_are_never_mixed(left_out: int) -> None:
    found = every_rung().run(rungs=RUNGS[left_out:])["deployments"]["rung"].to_list()
    assert found == RUNGS[left_out : left_out + 1]


def test_the_order_is_that_of_the_configuration() -> None:
    assert every_rung().run(rungs=["merge", "deployment"])["deployments"]["rung"].to_list() == ["merge"]


def test_every_repository_has_its_own_rung() -> None:
    story = every_rung()
    story.merged("x", 5, repo_id="git:other")
    found = story.run()["deployments"].select("repo_id", "rung").rows()
    assert found == [("git:acme/app", "deployment"), ("git:other", "merge")]


def test_a_rung_that_comes_after_now_does_not_win_yet() -> None:
    assert every_rung().run(ago(10.5))["deployments"]["rung"].to_list() == ["ci_run"]
    assert every_rung().run(AS_OF)["deployments"]["rung"].to_list() == ["deployment"]


def test_only_successes_in_production_are_deployments() -> None:
    story = Delivery()
    story.commit("c0", 20)
    story.deploy("c0", 9, "staging", name="staging")
    story.deploy("c0", 9, "Production", name="upper")
    story.deploy("c0", 9, name="failed", status="failure")
    story.deploy("c0", 9, name="running", status="in_progress", finished_at=None)
    story.deploy("c0", 9, None, name="said", is_production=True)
    story.deploy("c0", 9, None, name="unsaid")
    assert story.run()["deployments"]["deployment_id"].to_list() == ["git:said", "git:upper"]


def test_a_deployment_finished_at_its_first_success() -> None:
    """Neither becoming inactive nor a failure that came after it undoes what was there."""
    story = Delivery()
    story.deploy("c0", 1, name="a", status="failure")
    for number, (status, days_ago) in enumerate(
        [("in_progress", 8), ("success", 7), ("inactive", 4), ("success", 3), ("failure", 1)]
    ):
        story.add(
            "deployment_statuses",
            status_id=str(number),
            deployment_id="git:a",
            status=status,
            created_at=ago(days_ago),
        )
    assert story.run()["deployments"].select("finished_at").rows() == [(ago(7),)]
    assert story.run(ago(7.5))["deployments"].is_empty()


def test_runs_deploy_where_their_name_says_so_on_the_default_branch_once_a_commit() -> None:
    story = Delivery()
    story.run_of("Deploy to prod", "c0", 9, name="first")
    story.run_of("Deploy to prod", "c0", 8, name="again")
    story.run_of("deploy docs", "c0", 8, name="docs")
    story.run_of("Deploy to prod", "c1", 7, name="failed", conclusion="failure")
    story.run_of("Deploy to prod", "c1", 7, name="branch", branch="feature")
    story.run_of("Deploy to prod", "c1", 7, name="fork", event="pull_request")
    story.run_of("Deploy to prod", "c1", 7, name="running", status="in_progress", conclusion=None)
    story.run_of("Test", "c1", 7, name="test")
    found = story.run()["deployments"]
    assert found.select("deployment_id", "is_first", "is_rollback").rows() == [
        (f"{REPO}:ci_run:git:docs/1", True, False),
        (f"{REPO}:ci_run:git:first/1", True, False),
    ]


def test_releases_are_no_prereleases_and_one_a_commit() -> None:
    story = Delivery()
    for number, (tag, sha) in enumerate([("v1", "c0"), ("latest", "c0"), ("v2-beta", "c1"), ("gone", None)]):
        if sha:
            story.add("tags", repo_id=REPO, name=tag, sha=sha, tagged_at=ago(9))
        story.add(
            "releases",
            release_id=tag,
            repo_id=REPO,
            tag=tag,
            is_prerelease="beta" in tag,
            published_at=ago(8 - number),
        )
    story.add("releases", release_id="draft", repo_id=REPO, tag="v1", is_prerelease=False)
    assert story.run()["deployments"].select("ref", "sha", "finished_at").rows() == [("v1", "c0", ago(8))]


def test_merges_count_into_the_default_branch_once_a_commit() -> None:
    story = Delivery()
    story.merged("c0", 9)
    story.merged("c0", 8)
    story.merged("c1", 7, base_branch="release")
    story.merged("c2", 6, state="closed", merged_at=None)
    story.merged(None, 5)
    assert story.run()["deployments"].select("rung", "sha").rows() == [("merge", "c0")]


def test_the_same_commit_again_is_a_rollback_in_its_environment_only() -> None:
    story = Delivery()
    for number, (sha, environment) in enumerate(
        [("c0", "production"), ("c1", "production"), ("c0", "prod-eu"), ("c0", "production")]
    ):
        story.deploy(sha, 9 - number, environment, name=f"d{number}")
    story.deploy(None, 4, name="d4")
    story.deploy(None, 3, name="d5")
    found = story.run()["deployments"].select("is_first", "is_rollback").rows()
    assert found == [(True, False), (False, False), (True, False), (False, True), (False, False), (False, False)]


def test_a_run_of_an_earlier_commit_takes_the_last_one_back() -> None:
    story = Delivery()
    for number, sha in enumerate("abba"):
        story.run_of("Deploy", sha, 9 - number, name=f"r{number}")
    story.run_of("Deploy docs", "b", 5.5, name="docs")
    found = story.run()["deployments"].filter(line="Deploy").sort("finished_at")
    assert found.select("sha", "is_rollback").rows() == [("a", False), ("b", False), ("a", True)]
