"""Words, addresses and domains that many people share, so that they never tell who someone is."""

TITLES = ["dr", "ing", "jr", "md", "mr", "mrs", "ms", "phd", "prof", "sr", "ii", "iii"]
"""What stands beside a name without being part of it."""

WORDS = [
    *("a", "account", "admin", "administrator", "agent", "anon", "anonymous", "author", "automation", "azure", "build"),
    *("builder", "ci", "code", "coder", "commit", "committer", "contributor", "default", "deploy", "dev", "developer"),
    *(
        "docker",
        "ec",
        "email",
        "example",
        "first",
        "full",
        "git",
        "github",
        "gitlab",
        "guest",
        "hacker",
        "home",
        "host",
    ),
    *("hub", "info", "invalid", "it", "jenkins", "last", "local", "localhost", "login", "mac", "mail", "me", "merge"),
    *("my", "myname", "name", "no", "nobody", "none", "null", "office", "ops", "owner", "pc", "programmer", "release"),
    *("reply", "repository", "robot", "root", "server", "service", "student", "super", "support", "svn", "sync"),
    *("system", "team", "temp", "test", "tester", "the", "travis", "ubuntu", "undefined", "unknown", "user"),
    *("username", "vagrant", "web", "windows", "work", "workstation", "your", "yourname"),
]
"""A name made of these alone names nobody."""

PLACEHOLDERS = [
    *("devnull", "donotreply", "email", "example", "localhost", "myemail", "nobody", "none", "noemail", "noreply"),
    *("null", "root", "someone", "undefined", "unknown", "user", "username", "you", "youremail", "yourname"),
]
"""Local parts that belong to nobody."""

NO_REPLY = r"(^|[^\p{L}])(no|not|never|do[-_.]?not)[-_.]?reply([^\p{L}]|$)"
"""Local parts that cannot be written to."""

DOMAINS = [
    *("domain.com", "email.com", "example.com", "example.net", "example.org", "none.com", "nowhere.com", "test.com"),
    *("yourdomain.com", "company.com", "noreply.github.com"),
]
"""Domains of placeholders."""

HOST = (
    r"(^|\.)(arpa|corp|domain|example|fritz\.box|home|host|internal|intranet|invalid|lan|local|localdomain|localhost"
    r"|none|test|workgroup)$|(^|[.-])ip-?\d+-\d+-\d+-\d+|\(none\)|^localhost|^users\.noreply\."
)
"""Domains that name a machine, or a platform's no-reply addresses: not a place that mail can be sent to."""

LOGINS = [
    *("administrator", "anonymous", "automation", "buildmaster", "codespace", "contributor", "developer"),
    *("developers", "engineering", "firstlast", "firstname", "githubaction", "githubactions", "githubcom"),
    *("githubuser", "gitlabuser", "gmailcom", "janedoe", "jenkinsci", "johndoe", "jupyterhub", "localhost"),
    *("localuser", "maintainer", "maintainers", "mycomputer", "opensource", "postmaster", "programmer"),
    *("repository", "runneradmin", "securitybot", "something", "superuser", "svnaccount", "testuser"),
    *("unknownuser", "username", "webmaster", "yourlogin", "yourname", "yourusername"),
]
"""Joined names and logins of eight letters or more that say nothing about who someone is."""
