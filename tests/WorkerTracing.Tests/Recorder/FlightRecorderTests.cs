using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkerTracing.Tests;

internal sealed class FlightRecorderTests
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(1);

    [Test]
    public void Open_SameDirectoryTwice_IsOneRecorder()
    {
        using var directory = new TemporaryDirectory();
        using FlightRecorder first = Open(directory.Path);
        using FlightRecorder second = Open(directory.Path + Path.DirectorySeparatorChar);

        Assert.That(second, Is.SameAs(first));
        Assert.That(directory.SubDirectories, Has.Length.EqualTo(1));
    }

    [Test]
    public void Open_ThenWrite_IsRecorded()
    {
        using var directory = new TemporaryDirectory();
        using FlightRecorder recorder = Open(Path.Combine(directory.Path, "made", "for it"));

        Assert.That(recorder.Register(new TextExporter()).Write(Spans.Ended()).IsRecorded, Is.True);
        Assert.That(recorder.Failure, Is.Null);
        Assert.That(recorder.Bytes, Is.Positive);
    }

    [Test]
    public void Dispose_LastOfTwo_DeletesTheSubDirectory()
    {
        using var directory = new TemporaryDirectory();
        FlightRecorder first = Open(directory.Path);
        FlightRecorder second = Open(directory.Path);
        RecorderChannel channel = first.Register(new TextExporter());

        first.Dispose();
        channel.MarkDone(channel.Write(Spans.Ended()));
        Assert.That(directory.SubDirectories, Is.Not.Empty);
        second.Dispose();

        Assert.That(directory.SubDirectories, Is.Empty);
    }

    [Test]
    public void Dispose_RecordNotDone_LeavesItsFile()
    {
        using var directory = new TemporaryDirectory();
        FlightRecorder recorder = Open(directory.Path);
        RecorderChannel channel = recorder.Register(new TextExporter());
        RecordHandle handle = channel.Write(Spans.Ended());

        recorder.Dispose();
        channel.MarkDone(handle);

        Assert.That(directory.Files(".segment"), Has.Length.EqualTo(1), "it was not done at the disposal");
        Assert.That(channel.Write(Spans.Ended()).IsRecorded, Is.False);
    }

    [Test]
    [Platform("Linux,MacOsX")]
    [UnsupportedOSPlatform("windows")]
    public void Files_OnUnix_AreTheUsersAlone()
    {
        using var directory = new TemporaryDirectory();
        using var recorder = new RecorderFixture(directory.Path);

        const UnixFileMode Others = (UnixFileMode)0b111_111;
        string[] all = Directory.GetFileSystemEntries(directory.Path, "*", SearchOption.AllDirectories);

        Assert.That(all, Has.Length.GreaterThanOrEqualTo(3));
        Assert.That(all.Select(path => File.GetUnixFileMode(path) & Others), Is.All.EqualTo(UnixFileMode.None));
    }

    [Test]
    public void Write_SegmentFull_GoesOnInAnother()
    {
        using var directory = new TemporaryDirectory();
        using var recorder = new RecorderFixture(directory.Path);
        recorder.Exporter.Constant = new byte[1_000_000];
        for (int i = 0; i < 8; i++)
        {
            recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended()));
            recorder.Recorder.Tend();
        }

        Assert.That(directory.Files(".segment"), Has.Length.GreaterThan(2));
        Assert.That(recorder.Take(), Has.Count.EqualTo(8));
    }

    [Test]
    public void Write_NoSegmentPrepared_IsCountedAndDoesNotWait()
    {
        using var recorder = new RecorderFixture();
        recorder.Exporter.Constant = new byte[1_000_000];
        RecordHandle last = default;
        for (int i = 0; i < 5; i++)
            last = recorder.Channel.Write(Spans.Ended());

        Assert.That(last.IsRecorded, Is.False);
        Assert.That(recorder.Recorder.Counts.Unrecorded.Keys, Is.EqualTo([UnrecordedReason.NotPrepared]));
        recorder.Recorder.Tend();
        Assert.That(recorder.Channel.Write(Spans.Ended()).IsRecorded, Is.True);
    }

    [Test]
    public void Tend_AllRecordsDone_UsesFilesAgain()
    {
        using var directory = new TemporaryDirectory();
        using var recorder = new RecorderFixture(directory.Path);
        recorder.Exporter.Constant = new byte[1_000_000];
        for (int i = 0; i < 100; i++)
        {
            RecordHandle handle = recorder.Channel.Write(Spans.Ended());
            Assert.That(handle.IsRecorded, Is.True);
            recorder.Channel.MarkDone(handle);
            recorder.Recorder.Tend();
        }

        Assert.That(directory.Files(".segment"), Has.Length.LessThanOrEqualTo(4));
        Assert.That(recorder.TakeTexts(), Is.Empty, "records of an earlier use do not come back");
    }

    [Test]
    public void Write_MaxBytesReached_IsCountedUntilThereIsRoom()
    {
        using var recorder = new RecorderFixture();
        recorder.Exporter.Constant = new byte[1_000_000];
        var handles = new List<RecordHandle>();
        while (recorder.Channel.Write(Spans.Ended()) is { IsRecorded: true } handle)
        {
            handles.Add(handle);
            recorder.Recorder.Tend();
        }

        recorder.Recorder.Tend();
        Assert.That(recorder.Recorder.Bytes, Is.LessThanOrEqualTo(RecorderFixture.SmallestMaxBytes));
        Assert.That(recorder.Recorder.Failure, Does.Contain("MaxBytes"));
        Assert.That(recorder.Recorder.Counts.Unrecorded, Does.ContainKey(UnrecordedReason.MaxBytes));
        Assert.That(recorder.Log.Events.Count(entry => entry.Id == 60), Is.EqualTo(1));

        foreach (RecordHandle handle in handles)
            recorder.Channel.MarkDone(handle);
        recorder.Recorder.Tend();
        Assert.That(recorder.Channel.Write(Spans.Ended()).IsRecorded, Is.True);
        recorder.Recorder.Tend();
        Assert.That(recorder.Recorder.Failure, Is.Null);
    }

    [Test]
    public void Take_RecordsOlderThanMaxAge_AreDroppedAndCounted()
    {
        using var recorder = new RecorderFixture(maxAge: TimeSpan.FromHours(1));
        recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended()));

        recorder.Time.Advance(TimeSpan.FromHours(2));

        Assert.That(recorder.TakeTexts(), Is.Empty);
        Assert.That(recorder.Recorder.Counts.Expired, Is.EqualTo(1));
        Assert.That(recorder.Channel.Unqueued, Is.Zero);
    }

    [TestCase(-30)]
    [TestCase(30)]
    public void Take_ClockOfTheSystemHasJumped_DropsNothing(int days)
    {
        using var recorder = new RecorderFixture();
        recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended("span")));

        recorder.Time.Jump(TimeSpan.FromDays(days));

        Assert.That(recorder.TakeTexts(), Is.EqualTo(["span"]));
    }

    [Test]
    public void Tend_DirectoryDeleted_MakesANewOne()
    {
        using var directory = new TemporaryDirectory();
        using var recorder = new RecorderFixture(directory.Path);
        recorder.Channel.MarkUnqueued(recorder.Channel.Write(Spans.Ended("before")));
        string deleted = directory.SubDirectories[0];
        Directory.Delete(deleted, recursive: true);

        recorder.Recorder.Tend();
        RecordHandle after = recorder.Channel.Write(Spans.Ended("after"));
        recorder.Channel.MarkUnqueued(after);

        Assert.That(directory.SubDirectories, Has.Length.EqualTo(1).And.Not.Contain(deleted));
        Assert.That(recorder.TakeTexts(), Is.EqualTo(["before", "after"]), "what was deleted is still in memory");
        Assert.That(recorder.Recorder.Failure, Is.Null);
        Assert.That(recorder.Log.Events.Select(entry => entry.Id), Is.EqualTo([60, 61]));
    }

    [Test]
    public void Tend_DirectoryThatCannotBeMade_IsTriedAgainEachMinute()
    {
        using var directory = new TemporaryDirectory();
        string file = Path.Combine(directory.Path, "file");
        File.WriteAllText(file, "");
        var time = new TestClock();
        var log = new LogLines();
        var recorder = new FlightRecorder(new FlightRecorderOptions { Directory = file }, Path.Combine(file, "below"), log, time);
        RecorderChannel channel = recorder.Register(new TextExporter());

        recorder.Tend();
        recorder.Tend();
        Assert.That(recorder.Failure, Is.Not.Empty);
        Assert.That(channel.Write(Spans.Ended()).IsRecorded, Is.False);
        Assert.That(recorder.Counts.Unrecorded, Does.ContainKey(UnrecordedReason.Unavailable));

        File.Delete(file);
        recorder.Tend();
        Assert.That(recorder.Failure, Is.Not.Empty, "the minute has not passed");
        time.Advance(RetryInterval);
        recorder.Tend();

        Assert.That(recorder.Failure, Is.Null);
        Assert.That(channel.Write(Spans.Ended()).IsRecorded, Is.True);
        Assert.That(log.Events.Select(entry => entry.Id), Is.EqualTo([60, 61]));
        recorder.Close();
    }

    [TestCase("")]
    [TestCase("a\0b")]
    [TestCase("/proc/recorder")]
    public void Open_PathThatCannotBe_DoesNotThrow(string path)
    {
        using FlightRecorder recorder = Open(path);

        Assert.That(recorder.Failure, Is.Not.Empty);
        Assert.That(recorder.Register(new TextExporter()).Write(Spans.Ended()).IsRecorded, Is.False);
    }

    private static FlightRecorder Open(string directory) =>
        FlightRecorder.Open(new FlightRecorderOptions { Directory = directory }, NullLogger.Instance, TimeProvider.System);
}
