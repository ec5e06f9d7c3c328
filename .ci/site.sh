#!/usr/bin/env bash
# Builds the pages and the API reference as one site, in artifacts/site/html. A link that leads nowhere fails it.
# Quartz 3's package has the types of Quartz 4's under the same names, so the reference shows those of Quartz 4.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
site=$PWD/artifacts/site

rm -rf "$site/bin" "$site/api" "$site/html"
mkdir -p "$site/bin"
dotnet tool restore
for project in src/*/*.csproj; do
    [ "$(basename "$project" .csproj)" = WorkerTracing.Quartz3 ] && continue
    # With the dependencies beside the assemblies, docfx knows their types.
    dotnet build "$project" -v q -c Release -p:RunAnalyzers=false -p:CopyLocalLockFileAssemblies=true -p:ArtifactsPath="$site/build"
done
find "$site/build/bin" \( -name '*.dll' -o -name 'WorkerTracing*.xml' \) -path '*/release/*' -exec cp -f {} "$site/bin" \;

dotnet docfx metadata docfx.json --warningsAsErrors
dotnet docfx build docfx.json --warningsAsErrors
cp "$site/html/README.html" "$site/html/index.html"
echo "The site is in $site/html. To read it: dotnet docfx serve artifacts/site/html"
