# Sourced by the Makefile: from $REPO, as it was given, to $CONFIG, where its configuration lives.
#
# The repository make runs in has its configuration beside the Makefile. Any other has a folder of its own, named after
# its address, so that two repositories never share one and the same one is found again. Credentials in a URL are left
# out of the name and of what is printed.
: "${REPO:=.}"
case $REPO in
  "~/"*) REPO=$HOME/${REPO#"~/"} ;;
esac
if [ -d "$REPO" ]; then
  address=$(cd "$REPO" && pwd -P)
else
  address=$(printf '%s' "$REPO" | sed 's#://[^/@]*@#://#')
fi
if [ "$address" = "$(pwd -P)" ]; then
  CONFIG=${CONFIG:-leadline.toml}
  AGAIN=
else
  name=$(printf '%s' "${address%/}" | sed 's#.*[/:]##; s#\.git$##' | tr -cs 'A-Za-z0-9._' '-' | sed 's/^[-.]*//; s/-*$//')
  CONFIG=${CONFIG:-.leadline/${name:+$name-}$(printf '%s' "$address" | git hash-object --stdin | cut -c1-8)/leadline.toml}
  AGAIN=" REPO='$(printf '%s' "$address" | sed "s/'/'\\\\''/g")'"
fi
export REPO CONFIG
