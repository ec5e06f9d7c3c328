using System.Diagnostics;

namespace WorkerTracing.Tests;

/// <summary>Disks that are full, or cannot be written. A signal of the system would end the process of the tests.</summary>
internal sealed class DiskFailureTests
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(1);

    [Test]
    public async Task Tend_DiskFullAtTheStart_RecordsWhenThereIsRoom()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync("size=2m");
        using var recorder = new RecorderFixture(disk.Path);

        Assert.That(recorder.Recorder.Failure, Is.Not.Empty);
        Assert.That(recorder.Channel.Write(Spans.Ended()).IsRecorded, Is.False);
        Assert.That(recorder.Recorder.Unrecorded[UnrecordedReason.Unavailable], Is.EqualTo(1));
        Assert.That(Directory.GetFiles(disk.Path, "*.segment", SearchOption.AllDirectories), Is.Empty, "no part of a file is left");

        await disk.RemountAsync("size=64m");
        recorder.Time.Advance(RetryInterval);
        recorder.Recorder.Tend();

        Assert.That(recorder.Recorder.Failure, Is.Null);
        Assert.That(recorder.Channel.Write(Spans.Ended()).IsRecorded, Is.True);
        Assert.That(recorder.Log.Events.Select(entry => entry.Id), Is.EqualTo([60, 61]));
    }

    [Test]
    public async Task Write_DiskBecomesFull_RecordsInTheFilesThatItHas()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync("size=6m");
        using var recorder = new RecorderFixture(disk.Path);
        recorder.Exporter.Constant = new byte[10_000];
        var handles = new List<RecordHandle>();
        while (recorder.Channel.Write(Spans.Ended()) is { IsRecorded: true } handle)
        {
            handles.Add(handle);
            recorder.Channel.MarkUnqueued(handle);
            recorder.Recorder.Tend();
        }

        FillUp(disk);
        recorder.Recorder.Tend();
        Assert.That(recorder.Recorder.Failure, Is.Not.Empty);
        Assert.That(recorder.Log.Events.Select(entry => entry.Id).Distinct(), Is.SubsetOf([60, 62]));
        Assert.That(recorder.Take(), Has.Count.EqualTo(handles.Count), "what is recorded can be read");

        foreach (RecordHandle handle in handles)
            recorder.Channel.MarkDone(handle);
        recorder.Time.Advance(RetryInterval);
        recorder.Recorder.Tend();
        recorder.Recorder.Tend();

        Assert.That(recorder.Channel.Write(Spans.Ended()).IsRecorded, Is.True, "the files are used again");
    }

    [Test]
    public async Task Adopt_DiskFull_SendsWhatIsThere()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync("size=24m");
        using (var dead = new RecorderFixture(disk.Path))
        {
            var job = new Activity("job") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
            dead.Channel.Open(job.Start(), "key");
            dead.Channel.Write(Spans.Ended("left"));
        }

        string filler = FillUp(disk);
        using var recorder = new RecorderFixture(disk.Path);
        recorder.Recorder.Adopt();
        string[] found = recorder.TakeTexts();
        File.Delete(filler);
        recorder.Recorder.Adopt();

        Assert.That(found, Does.Contain("left"));
        Assert.That(found.Concat(recorder.TakeTexts()), Is.EquivalentTo(["left", "job abandoned"]), "the job is closed at the latest now");
    }

    [Test]
    public async Task Tend_DiskThatCannotBeWritten_RecordsNothingAndDoesNotThrow()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync("size=64m,ro");
        using var recorder = new RecorderFixture(disk.Path);

        Assert.That(recorder.Recorder.Adopt(), Is.Empty);
        Assert.That(recorder.Recorder.Failure, Does.Contain("Read-only"));
        Assert.That(recorder.Channel.Write(Spans.Ended()).IsRecorded, Is.False);

        await disk.RemountAsync("rw");
        recorder.Time.Advance(RetryInterval);
        recorder.Recorder.Tend();
        Assert.That(recorder.Channel.Write(Spans.Ended()).IsRecorded, Is.True);
    }

    /// <summary>Writes a file until the disk is full.</summary>
    private static string FillUp(SmallDisk disk)
    {
        string path = Path.Combine(disk.Path, "filler");
        using FileStream file = File.Create(path);
        byte[] block = new byte[4096];
        try
        {
            while (true)
                RandomAccess.Write(file.SafeFileHandle, block, file.Length);
        }
        catch (IOException)
        {
            return path;
        }
    }
}
