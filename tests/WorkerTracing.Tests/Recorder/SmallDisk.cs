using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>A file system of its own in memory. Needs Linux and the right to mount: without, the test is ignored and says why.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private SmallDisk()
    {
    }

    public string Path => _directory.Path;

    public static async Task<SmallDisk> MountAsync(string options)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("Only Linux mounts a file system of its own.");
        var disk = new SmallDisk();
        (int exitCode, string report) = await RunAsync("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.Path);
        if (exitCode != 0)
        {
            disk._directory.Dispose();
            Assert.Ignore($"The file system cannot be mounted: {report}");
        }

        return disk;
    }

    public async Task RemountAsync(string options)
    {
        (int exitCode, string report) = await RunAsync("mount", "-o", $"remount,{options}", Path);
        Assert.That(exitCode, Is.Zero, report);
    }

    public async ValueTask DisposeAsync()
    {
        // A file that is still mapped does not keep it.
        await RunAsync("umount", "--lazy", Path);
        _directory.Dispose();
    }

    private static async Task<(int ExitCode, string Report)> RunAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(program, arguments);
        return (await process.EndedAsync(), process.Report());
    }
}
