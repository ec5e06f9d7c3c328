namespace WorkerTracing.Tests;

/// <summary>A directory that is deleted with what is in it.</summary>
/// <param name="inMemory">Whether it is on a file system in memory, where the system has one.</param>
internal sealed class TemporaryDirectory(bool inMemory = false) : IDisposable
{
    private const string SharedMemory = "/dev/shm";

    public string Path { get; } = inMemory && Directory.Exists(SharedMemory)
        ? Directory.CreateDirectory($"{SharedMemory}/recorder-{Guid.NewGuid():n}").FullName
        : Directory.CreateTempSubdirectory("recorder-").FullName;

    public string[] SubDirectories => Directory.GetDirectories(Path);

    public string[] Files(string extension) => Directory.GetFiles(Path, $"*{extension}", SearchOption.AllDirectories);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
