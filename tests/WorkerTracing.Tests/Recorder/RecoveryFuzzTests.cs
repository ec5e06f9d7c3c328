using Microsoft.Extensions.Logging.Abstractions;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>Damaged files of a process that has ended: what is found was recorded, and what was not damaged is found.</summary>
internal sealed class RecoveryFuzzTests
{
    private const int FilesOfStep = 100;

    private static readonly int Count = FullRun.IsOn ? 100_000 : 300;

    [Test]
    public async Task Adopt_DamagedFiles_FindsWhatWasRecordedAndNothingElse([Seeds(1)] int seed)
    {
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        using var directory = new TemporaryDirectory(inMemory: true);
        var files = new LeftOverFiles();
        Assert.That(Recover(directory, files.Files, "whole"), Is.EquivalentTo(files.Records.Select(record => record.Text)));

        for (int first = 0; first < Count; first += FilesOfStep)
        {
            int begin = first;
            await Until.DoneAsync(
                CheckAsync(directory, files, seed, begin, begin + FilesOfStep),
                $"the files from {first} on, seed {seed}");
        }
    }

    /// <summary>Checks on threads of its own: they block, and the thread pool is for the tests beside this one.</summary>
    private static Task CheckAsync(TemporaryDirectory directory, LeftOverFiles files, int seed, int first, int end)
    {
        int next = first - 1;
        return Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = Interlocked.Increment(ref next); i < end; i = Interlocked.Increment(ref next))
                    Check(directory, files, seed, i);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    private static void Check(TemporaryDirectory directory, LeftOverFiles files, int seed, int number)
    {
        var random = new Random(HashCode.Combine(seed, number));
        (string Name, byte[] Bytes)[] damaged = [.. files.Files];
        int file = random.Next(damaged.Length);
        damaged[file].Bytes = FileMutation.Apply(damaged[file].Bytes, random, out int from, out int to);

        string[] found = Recover(directory, damaged, $"{number}");

        string[] invented = [.. found.Except(files.Records.Concat(files.Unexpected).Select(record => record.Text))];
        string[] again = [.. found.GroupBy(text => text).Where(texts => texts.Count() > 1).Select(texts => texts.Key)];
        string[] missed = [.. files.Records.Where(record => IsWhole(record, file, from, to)).Select(record => record.Text).Except(found)];
        if (invented.Length + again.Length + missed.Length > 0)
        {
            throw new AssertionException(
                $"Seed {seed}, file {number} ({damaged[file].Name} from {from} to {to}): invented [{string.Join(", ", invented)}], "
                + $"twice [{string.Join(", ", again)}], missed [{string.Join(", ", missed)}].");
        }
    }

    /// <summary>Records of the file that is not damaged, and those in front of the damage and behind it.</summary>
    private static bool IsWhole(LeftOverRecord record, int damagedFile, int from, int to) =>
        record.File != (damagedFile == 2 ? "open" : $"{damagedFile + 1}")
        || (damagedFile != 2 && (record.Offset >= to || record.Offset + record.Length <= from));

    private static string[] Recover(TemporaryDirectory directory, (string Name, byte[] Bytes)[] files, string name)
    {
        string root = Path.Combine(directory.Path, name);
        string left = Path.Combine(root, "20260101T000000000-0123456789abcdef");
        Directory.CreateDirectory(left);
        foreach ((string file, byte[] bytes) in files)
            File.WriteAllBytes(Path.Combine(left, file), bytes);

        var exporters = new RecordedExporters(new OpenSpanStore());
        RecordedExporter exporter = exporters.Add("text")!;
        exporter.Registered = new TextExporter();
        var segments = new RecordSegments();
        var counts = new RecorderCounts();
        var clock = new RecorderClock(TimeProvider.System);
        var adoption = new Adoption(root, 0, segments, exporters, counts, new DiskUse(long.MaxValue), clock, NullLogger.Instance);
        adoption.Adopt();
        var taken = new List<TakenRecord>();
        new RecordReader(segments, counts, clock, TimeSpan.MaxValue).Take(exporter, taken, int.MaxValue, int.MaxValue);
        adoption.Close();
        Directory.Delete(root, recursive: true);
        return [.. taken.Select(TextExporter.TextOf)];
    }
}
