namespace WorkerTracing.Tests;

/// <summary>A directory that is deleted with what is in it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("recorder-").FullName;

    public string[] SubDirectories => Directory.GetDirectories(Path);

    public string[] Files(string extension) => Directory.GetFiles(Path, $"*{extension}", SearchOption.AllDirectories);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
