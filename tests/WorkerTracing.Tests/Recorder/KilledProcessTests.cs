using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>Processes that are killed in the middle of their work: what they recorded is found, once, and nothing else.</summary>
internal sealed class KilledProcessTests
{
    private static readonly int Rounds = FullRun.IsOn ? 50 : 2;

    [Test]
    public async Task Kill_AtRandomMoments_LosesAndInventsNothing([Seeds(1)] int seed)
    {
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var random = new Random(seed);
        for (int round = 0; round < Rounds; round++)
        {
            using var directory = new TemporaryDirectory();
            await using ChildProcess process = RecordingProcess.Start(RecordingProcess.Recording, directory.Path, random.Next());
            KilledProcess killed = await KilledProcess.KillAsync(process, 1 + random.Next(20_000));

            Check(killed, directory, $"seed {seed}, round {round}");
        }
    }

    [Test]
    public async Task Kill_OneOfTwoProcesses_LeavesTheOtherItsDirectory()
    {
        using var directory = new TemporaryDirectory();
        await using ChildProcess first = RecordingProcess.Start(RecordingProcess.Recording, directory.Path, 1);
        await using ChildProcess second = RecordingProcess.Start(RecordingProcess.Recording, directory.Path, 2);
        await second.ReadLineAsync();

        Check(await KilledProcess.KillAsync(first, 1000), directory, "the first");
        Assert.That(directory.SubDirectories, Has.Length.EqualTo(1), "that of the other process");
        Check(await KilledProcess.KillAsync(second, 1000), directory, "the second");
    }

    [Test]
    public async Task Adopt_SeveralProcessesAtOnce_EachRecordIsTakenOnce()
    {
        const int Left = 20;
        using var directory = new TemporaryDirectory();
        var left = new List<string>();
        for (int i = 0; i < Left; i++)
        {
            using var dead = new RecorderFixture(directory.Path);
            System.Diagnostics.Activity span = Spans.Ended();
            dead.Channel.Write(span);
            left.Add(span.SpanId.ToString());
        }

        ChildProcess[] processes =
            [.. Enumerable.Range(0, 3).Select(_ => RecordingProcess.Start(RecordingProcess.Adopting, directory.Path))];
        var taken = new List<string>();
        foreach (ChildProcess process in processes)
        {
            Assert.That(await process.EndedAsync(), Is.Zero, process.Report());
            taken.AddRange(process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[1]));
            await process.DisposeAsync();
        }

        Assert.That(taken, Is.EquivalentTo(left));
        Assert.That(directory.SubDirectories, Is.Empty, "nothing is left");
    }

    private static void Check(KilledProcess killed, TemporaryDirectory directory, string what)
    {
        using var recorder = new RecorderFixture(directory.Path);
        string[] abandoned = [.. recorder.Recorder.Adopt().Select(job => job.Context.SpanId.ToString())];
        List<TakenRecord> taken = recorder.Take();
        string[] found = [.. taken.Select(record => record.Span.SpanId.ToString())];

        Assert.Multiple(() =>
        {
            Assert.That(killed.Written.Except(killed.Done).Except(found), Is.Empty, $"{what}: recorded, and not found");
            Assert.That(found.Except(killed.Begun), Is.Empty, $"{what}: found, and never begun");
            Assert.That(found, Is.Unique, $"{what}: found twice");
            Assert.That(
                killed.Opened.Except(killed.Ending).Except(found), Is.Empty, $"{what}: jobs that did not end, and are not closed");
            Assert.That(killed.Opened.Except(killed.Ending).Except(abandoned), Is.Empty, $"{what}: jobs that did not end, not reported");
            Assert.That(abandoned.Intersect(killed.Written), Is.Empty, $"{what}: jobs that ended, reported as abandoned");
            Assert.That(abandoned.Except(found), Is.Empty, $"{what}: abandoned jobs without a record");
        });

        foreach (TakenRecord record in taken)
            recorder.Channel.MarkDone(record.Handle);
        recorder.Recorder.Tend();
        Assert.That(recorder.Channel.Unqueued, Is.Zero);
    }
}
