"""What kind of file a path is: decided once, before everything else.

Flags of `.gitattributes` come first, then the first pattern that matches in the order of `PATTERNS`. The patterns for
vendored, generated and documentation files follow what GitHub Linguist publishes (vendor.yml, generated.rb,
documentation.yml: those of its rules that look at names), written down compactly; `^tools/`, `env/`, `cache/` and
`*.d.ts` are left out, because many projects keep their own work there.

Misread: a generated file without a tell-tale name counts as source until `.gitattributes` marks it
`linguist-generated`.
"""

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

CLASSES = (
    "`source`, `test`, `configuration`, `documentation`, `data`, `asset`, `vendored`, `generated`, `lock` or `record`"
)
COUNTED = ("source", "test", "configuration")
FLAGS = ("is_generated", "is_vendored", "is_documentation")
"""Columns of `head_files` that `.gitattributes` fills."""

PATTERNS = {
    "lock": (
        r"(^|/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|composer\.lock|Cargo\.lock"
        r"|Gemfile\.lock|poetry\.lock|pdm\.lock|uv\.lock|Pipfile\.lock|Gopkg\.lock|glide\.lock|go\.sum|mix\.lock|flake\.lock"
        r"|pubspec\.lock|Podfile\.lock|packages\.lock\.json|gradle\.lockfile|\.terraform\.lock\.hcl|([\w-]+\.)?esy\.lock)$"
    ),
    "vendored": (
        r"(^|/)(node_modules|bower_components|vendors?|third[-_]?party|3rd[-_]?party|extern(al)?|dist|Godeps/_workspace"
        r"|MathJax|gradle/wrapper|ace-builds)/"
        r"|^(deps|[Dd]ependencies|Pods|Carthage|debian)/"
        r"|^[Tt]ests?/fixtures/|^[Ss]pecs?/fixtures/"
        r"|(^|/)(configure|config\.guess|config\.sub|gradlew(\.bat)?|rebar|waf)$"
        r"|(^|/)(jquery|bootstrap|modernizr|normalize|font-awesome)([^/.]*|[-.][\d.]+)\.(js|css|less|scss|styl)$"
    ),
    "generated": (
        r"(\.|-)min\.(js|css)$|\.(js|css)\.map$|(^|/)__generated__/|(^|/)\.pnp\.|(^|/)\.yarn/"
        r"|\.(nib|xcworkspacedata|xcuserstate)$|(^|/)\.idea/"
        r"|(?i:\.designer\.(cs|vb)|\.feature\.cs|_tlb\.pas)$|\.zep\.(c|h|php)$"
        r"|(_pb2(_grpc)?\.pyi?|\.pb(\.gw)?\.go|\.pb\.(cc|h)|\.g\.dart|\.freezed\.dart|\.snap)$|(^|/)zz_generated[^/]*$"
    ),
    "record": (
        r"(^|/)(\.mailmap|CODEOWNERS|(AUTHORS|CONTRIBUTORS|MAINTAINERS|CHANGELOG|CHANGES|HISTORY|NEWS|RELEASES?)"
        r"(\.(md|rst|txt|adoc))?)$|(?i:(^|/)changelogs?/)|(^|/)(newsfragments|\.changes|\.changeset)/"
    ),
    "documentation": (
        r"^([Dd]ocs?|[Dd]ocumentation|man|[Ee]xamples?|[Dd]emos?|[Ss]amples?)/|(^|/)([Dd]ocs?|[Dd]ocumentation)/"
        r"|(^|/)(CONTRIBUTING|COPYING|LICEN[CS]E|README|INSTALL|CITATION|SECURITY|NOTICE|CODE_OF_CONDUCT)[^/]*$"
        r"|(?i:\.(md|mdx|rst|adoc|asciidoc|textile|pod|tex|bib))$|\.[1-9]$"
    ),
    "asset": (
        r"(?i:\.(png|jpe?g|gif|bmp|ico|icns|webp|svg|psd|ai|eps|pdf|woff2?|ttf|otf|eot|mp[34]|wav|ogg|webm|mov"
        r"|zip|gz|tgz|bz2|xz|7z|jar|war|exe|dll|so|dylib|a|o|class|pyc|whl))$"
    ),
    "data": r"(?i:\.(csv|tsv|txt|dat|log|po|pot|mo|xliff?|geojson|topojson|parquet|sqlite|db|npy|npz|pkl|ipynb|out))$",
    "test": (
        r"(?i:(^|/)(tests?|specs?|__tests__|testing|test[-_]?suites?|e2e|cypress|benchmarks?|bench)/)"
        r"|(^|/)(test_[^/]*|conftest)\.py$|(^|/)[^/]*([-_.](test|spec|tests)|Tests?|Spec)\.\w+$"
    ),
    "configuration": (
        r"(?i:\.(json|jsonc|json5|ya?ml|toml|ini|cfg|conf|properties|editorconfig|env|lock|xml|plist))$"
        r"|(^|/)\.[^/]+$|(^|/)\.(github|circleci|gitlab|vscode|ci)/"
        r"|(^|/)(Makefile|Dockerfile|Jenkinsfile|Vagrantfile|Procfile|Rakefile|Gemfile|tox|CMakeLists)[^/]*$"
        r"|(^|/)(setup\.py|rollup\.config\.[cm]?[jt]s|[^/]*\.config\.[cm]?[jt]s|Gruntfile\.js|gulpfile\.js)$"
    ),
}
"""One pattern a class, in the order in which they are tried; what none matches is `source`."""


class PathClasses(Intermediate):
    """The class of every path that ever existed."""

    repo_id = col.key("Repository")
    path = col.key("Path as it was written in a commit or stands at the head")
    file_class = col.text(CLASSES)
    is_counted = col.flag("Whether it is people's work: `source`, `test` or `configuration`")


def class_of(path: pl.Expr) -> pl.Expr:
    """The class that the patterns give a path."""
    return pl.coalesce(
        *(pl.when(path.str.contains(pattern)).then(pl.lit(name)) for name, pattern in PATTERNS.items()),
        pl.lit("source"),
    )


def class_with_flags(path: pl.Expr) -> pl.Expr:
    """The class of a path that stands beside its `FLAGS` of `.gitattributes`, which come first; null says nothing."""
    by_name = class_of(path)
    return pl.coalesce(
        pl.when(pl.col("is_vendored")).then(pl.lit("vendored")),
        pl.when(pl.col("is_generated")).then(pl.lit("generated")),
        pl.when(pl.col("is_documentation")).then(pl.lit("documentation")),
        # A flag set to false takes the class away that the name alone would give.
        pl.when(
            (by_name.eq("vendored") & ~pl.col("is_vendored"))
            | (by_name.eq("generated") & ~pl.col("is_generated"))
            | (by_name.eq("documentation") & ~pl.col("is_documentation"))
        ).then(pl.lit("source")),
        by_name,
    )


@pipeline(PathClasses)
def path_classes(commit_files: pl.LazyFrame, head_files: pl.LazyFrame) -> pl.LazyFrame:
    """Every path of the history and of the head, with its class."""
    key = ["repo_id", "path"]
    flags = head_files.select(*key, *FLAGS)
    paths = pl.concat([commit_files.select(key), head_files.select(key)]).unique()
    return (
        paths.join(flags, on=key, how="left")
        .select(*key, file_class=class_with_flags(pl.col("path")))
        .with_columns(is_counted=pl.col("file_class").is_in(COUNTED))
        .sort(key)
    )
