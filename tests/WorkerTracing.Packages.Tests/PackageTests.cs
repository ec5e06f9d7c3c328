using System.Collections.Immutable;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Xml.Linq;
using WorkerTracing.Testing;

namespace WorkerTracing.Packages.Tests;

/// <summary>The content of the packages.</summary>
public sealed class PackageTests
{
    public const string LowestExtensions = "10.0.0";

    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE"); // as the format of portable PDBs defines it

    [TestCaseSource(typeof(PackedPackages), nameof(PackedPackages.Names))]
    public void Package_Packed_HoldsWhatAUserNeeds(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(PackedPackages.Folder, $"{package}.{PackedPackages.Version}.nupkg"));
        string[] files = [.. archive.Entries.Select(entry => entry.FullName)];
        using Stream nuspec = archive.GetEntry($"{package}.nuspec")!.Open();
        XElement metadata = XDocument.Load(nuspec).Root!.Elements().Single();

        string? Of(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(files, Does.Contain($"lib/net10.0/{package}.dll"));
            Assert.That(files, Does.Contain($"lib/net10.0/{package}.xml"), "The XML docs are what an editor shows.");
            Assert.That(files, Does.Contain(Of("readme")));
            Assert.That(files, Does.Contain(Of("icon")));
            Assert.That(Of("license"), Is.EqualTo("MIT"));
            Assert.That(Of("description"), Is.Not.Empty);
            Assert.That(Of("tags"), Is.Not.Empty);
        }
    }

    [TestCaseSource(typeof(PackedPackages), nameof(PackedPackages.Names))]
    public void Package_Dependencies_AskForTheLowestExtensions(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(PackedPackages.Folder, $"{package}.{PackedPackages.Version}.nupkg"));
        using Stream nuspec = archive.GetEntry($"{package}.nuspec")!.Open();

        Assert.That(
            XDocument.Load(nuspec).Descendants().Where(static element => element.Name.LocalName == "dependency")
                .Where(static element => element.Attribute("id")!.Value.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal))
                .Select(static element => element.Attribute("version")!.Value),
            Is.All.EqualTo(LowestExtensions));
    }

    [Test]
    public void Package_ForQuartz3_KeepsQuartz4Away()
    {
        using ZipArchive archive =
            ZipFile.OpenRead(Path.Combine(PackedPackages.Folder, $"WorkerTracing.Quartz3.{PackedPackages.Version}.nupkg"));
        using Stream nuspec = archive.GetEntry("WorkerTracing.Quartz3.nuspec")!.Open();
        string lowest = RepositoryVersions.Of("Quartz.Extensions.DependencyInjection");

        Assert.That(
            XDocument.Load(nuspec).Descendants().Where(static element => element.Name.LocalName == "dependency")
                .Where(static element => element.Attribute("id")!.Value.StartsWith("Quartz", StringComparison.Ordinal))
                .Select(static element => $"{element.Attribute("id")!.Value} {element.Attribute("version")!.Value}"),
            Is.EquivalentTo(new[] { $"Quartz [{lowest}, 4.0.0)", $"Quartz.Extensions.DependencyInjection [{lowest}, 4.0.0)" }));
    }

    [TestCaseSource(typeof(PackedPackages), nameof(PackedPackages.Names))]
    public void Package_Readme_IsItsOwn(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(PackedPackages.Folder, $"{package}.{PackedPackages.Version}.nupkg"));
        using var readme = new StreamReader(archive.GetEntry("README.md")!.Open());

        Assert.That(
            readme.ReadToEnd(),
            Is.EqualTo(File.ReadAllText(Repository.PathOf($"src/{package}/README.md"))).And.StartsWith($"# {package}\n"));
    }

    [TestCaseSource(typeof(PackedPackages), nameof(PackedPackages.Names))]
    public void Package_Symbols_HoldTheSources(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(PackedPackages.Folder, $"{package}.{PackedPackages.Version}.snupkg"));
        using Stream pdb = archive.GetEntry($"lib/net10.0/{package}.pdb")!.Open();
        using var provider = MetadataReaderProvider.FromPortablePdbImage(Read(pdb));
        MetadataReader symbols = provider.GetMetadataReader();

        string[] without = [.. symbols.Documents.Where(document => !HasSource(symbols, document))
            .Select(document => symbols.GetString(symbols.GetDocument(document).Name))];

        Assert.That(symbols.Documents, Is.Not.Empty);
        Assert.That(without, Is.Empty, "a debugger cannot step into these");
    }

    private static bool HasSource(MetadataReader symbols, DocumentHandle document) => symbols.GetCustomDebugInformation(document)
        .Any(information => symbols.GetGuid(symbols.GetCustomDebugInformation(information).Kind) == EmbeddedSource);

    private static ImmutableArray<byte> Read(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return [.. copy.ToArray()];
    }
}
