using System.Xml.Linq;
using WorkerTracing.Testing;

namespace WorkerTracing.Packages.Tests;

/// <summary>The versions of other packages that this repository uses: they have been restored already.</summary>
internal static class RepositoryVersions
{
    private static readonly XDocument Versions = XDocument.Load(Repository.PathOf("Directory.Packages.props"));

    public static string Of(string package)
    {
        string version = Versions.Descendants("PackageVersion")
            .Single(element => element.Attribute("Include")!.Value == package).Attribute("Version")!.Value;
        return version.StartsWith("$(", StringComparison.Ordinal) ? Versions.Descendants(version[2..^1]).Single().Value : version;
    }
}
