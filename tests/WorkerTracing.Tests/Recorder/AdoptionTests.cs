using System.Diagnostics;
using System.Text;

namespace WorkerTracing.Tests;

internal sealed class AdoptionTests
{
    private static readonly TimeSpan RegistrationTime = TimeSpan.FromMinutes(1);
    private static readonly string KeyOfJob = RunningJobKey.Of(new JobInfo { System = "test", Name = "job", Id = "7" });

    [TestCase(false)]
    [TestCase(true)]
    public void Adopt_RecordsOfAnEndedProcess_AreTakenOnce(bool unqueued)
    {
        using var directory = new TemporaryDirectory();
        Activity span = Spans.Ended("left");
        using (var dead = new RecorderFixture(directory.Path, resource: "theirs"))
        {
            RecordHandle handle = dead.Channel.Write(span);
            if (unqueued)
                dead.Channel.MarkUnqueued(handle);
            dead.Channel.MarkDone(dead.Channel.Write(Spans.Ended("done")));
        }

        using var recorder = new RecorderFixture(directory.Path);
        recorder.Recorder.Adopt();

        Assert.That(recorder.Channel.Unqueued, Is.EqualTo(1));
        TakenRecord taken = recorder.Take().Single();
        Assert.That(TextExporter.TextOf(taken), Is.EqualTo("left"));
        Assert.That((taken.Span.TraceId, taken.Span.SpanId), Is.EqualTo((span.TraceId, span.SpanId)));
        Assert.That(Encoding.UTF8.GetString(taken.Span.Resource.Span), Is.EqualTo("theirs"), "the resource of its own process");
        Assert.That(recorder.Take(), Is.Empty);
    }

    [Test]
    public void Adopt_AllRecordsDone_DeletesTheDirectory()
    {
        using var directory = new TemporaryDirectory();
        Leave(directory, "a", "b");
        using var recorder = new RecorderFixture(directory.Path);
        recorder.Recorder.Adopt();

        foreach (TakenRecord taken in recorder.Take())
            recorder.Channel.MarkDone(taken.Handle);
        recorder.Recorder.Tend();

        Assert.That(directory.SubDirectories, Has.Length.EqualTo(1), "its own");
        Assert.That(recorder.Channel.Unqueued, Is.Zero);
    }

    [Test]
    public void Adopt_TakenAndNotDone_IsLeftToTheNextProcess()
    {
        using var directory = new TemporaryDirectory();
        Leave(directory, "a", "b");
        using (var second = new RecorderFixture(directory.Path))
        {
            second.Recorder.Adopt();
            List<TakenRecord> taken = second.Take();
            second.Channel.MarkDone(taken[0].Handle);
        }

        using var third = new RecorderFixture(directory.Path);
        third.Recorder.Adopt();

        Assert.That(third.TakeTexts(), Is.EqualTo(["b"]));
    }

    [Test]
    public void Adopt_ExporterRegisteredLater_GetsItsRecords()
    {
        using var directory = new TemporaryDirectory();
        LeaveOpenJob(directory, out _);
        using var recorder = new RecorderFixture(directory.Path, register: false);
        recorder.Recorder.Adopt();

        RecorderChannel channel = recorder.Recorder.Register(new TextExporter());

        Assert.That(channel.Unqueued, Is.EqualTo(2), "an ended span and the job that did not end");
    }

    [Test]
    public void Adopt_ExporterThatIsGone_CountsAsDoneAfterAMinute()
    {
        using var directory = new TemporaryDirectory();
        LeaveOpenJob(directory, out _);
        using var recorder = new RecorderFixture(directory.Path, register: false);
        recorder.Recorder.Register(new TextExporter("another"));
        recorder.Recorder.Adopt();
        Assert.That(directory.SubDirectories, Has.Length.EqualTo(2), "its exporter may still be registered");

        recorder.Time.Advance(RegistrationTime);
        recorder.Recorder.Tend();

        Assert.That(directory.SubDirectories, Has.Length.EqualTo(1));
    }

    [Test]
    public void Adopt_DirectoryOfALivingProcess_IsLeftAlone()
    {
        using var directory = new TemporaryDirectory();
        using var living = new RecorderFixture(directory.Path);
        living.Channel.MarkUnqueued(living.Channel.Write(Spans.Ended("living")));
        using var recorder = new RecorderFixture(directory.Path);

        recorder.Recorder.Adopt();
        living.Recorder.Adopt();

        Assert.That(recorder.Take(), Is.Empty);
        Assert.That(living.TakeTexts(), Is.EqualTo(["living"]));
        Assert.That(recorder.Log.Events.Concat(living.Log.Events), Is.Empty);
    }

    [Test]
    public void Adopt_ManyAtOnce_EachDirectoryIsTakenOverOnce()
    {
        using var directory = new TemporaryDirectory();
        for (int i = 0; i < 12; i++)
            Leave(directory, $"{i}");
        RecorderFixture[] recorders = [.. Enumerable.Range(0, 4).Select(_ => new RecorderFixture(directory.Path))];

        Parallel.ForEach(recorders, recorder => recorder.Recorder.Adopt());

        Assert.That(
            recorders.SelectMany(recorder => recorder.TakeTexts()), Is.EquivalentTo(Enumerable.Range(0, 12).Select(i => $"{i}")));
        foreach (RecorderFixture recorder in recorders)
            recorder.Dispose();
    }

    [Test]
    public void Adopt_JobThatDidNotEnd_IsClosedAndReported()
    {
        using var directory = new TemporaryDirectory();
        Activity job = LeaveOpenJob(directory, out DateTimeOffset lastAlive);
        using var recorder = new RecorderFixture(directory.Path);

        AbandonedJob found = recorder.Recorder.Adopt().Single();

        Assert.That(found.Name, Is.EqualTo("job"));
        Assert.That(found.Key, Is.EqualTo(KeyOfJob));
        Assert.That(found.Context, Is.EqualTo(new ActivityContext(job.TraceId, job.SpanId, ActivityTraceFlags.Recorded, "state=1", true)));
        Assert.That(found.Started.UtcDateTime, Is.EqualTo(job.StartTimeUtc));
        Assert.That(found.LastAlive, Is.EqualTo(lastAlive));
        Assert.That(recorder.Recorder.Counts.AbandonedJobs, Is.EqualTo(1));
        Assert.That(recorder.TakeTexts(), Is.EquivalentTo(["child", "job abandoned"]));
        Assert.That(recorder.Recorder.Adopt(), Is.Empty);
        Assert.That(recorder.Recorder.TakeAbandoned(KeyOfJob), Is.EqualTo(found));
        Assert.That(recorder.Recorder.TakeAbandoned(KeyOfJob), Is.Null, "it is found once");
    }

    [Test]
    public void Adopt_JobThatDidNotEndAndAllItsRecordsDone_IsClosed()
    {
        using var directory = new TemporaryDirectory();
        LeaveOpenJob(directory, out _, isChildDone: true);
        using var recorder = new RecorderFixture(directory.Path);

        recorder.Recorder.Adopt();

        Assert.That(recorder.TakeTexts(), Is.EqualTo(["job abandoned"]), "the files of the records have the exporter's name");
    }

    [Test]
    public void Adopt_JobClosedAndNotSent_IsNotClosedAgain()
    {
        using var directory = new TemporaryDirectory();
        LeaveOpenJob(directory, out _);
        using (var second = new RecorderFixture(directory.Path))
            second.Recorder.Adopt();
        using var third = new RecorderFixture(directory.Path);

        Assert.That(third.Recorder.Adopt(), Is.Empty);
        Assert.That(third.TakeTexts(), Is.EquivalentTo(["child", "job abandoned"]));
    }

    [Test]
    public void Adopt_OpenSpanWithARecord_IsNotClosed()
    {
        using var directory = new TemporaryDirectory();
        Activity job = LeaveOpenJob(directory, out _);
        string table = directory.Files(".open").Single();
        byte[] before = File.ReadAllBytes(table);
        using (var second = new RecorderFixture(directory.Path))
            second.Recorder.Adopt();
        // As if the process had ended between the record of the closed span and the mark in the table.
        File.WriteAllBytes(Path.Combine(directory.SubDirectories.Single(), Path.GetFileName(table)), before);
        using var third = new RecorderFixture(directory.Path);

        Assert.That(third.Recorder.Adopt(), Is.Empty);
        Assert.That(third.Take().Count(taken => taken.Span.SpanId == job.SpanId), Is.EqualTo(1));
    }

    [Test]
    public void Adopt_ExporterCannotCloseASpan_LeavesItOut()
    {
        using var directory = new TemporaryDirectory();
        LeaveOpenJob(directory, out _);
        using var recorder = new RecorderFixture(directory.Path);
        recorder.Exporter.Throws = true;

        Assert.That(recorder.Recorder.Adopt(), Has.Count.EqualTo(1));
        Assert.That(recorder.TakeTexts(), Is.EqualTo(["child"]));
    }

    [Test]
    public void Adopt_RecordsOlderThanMaxAge_AreDroppedWithoutATake()
    {
        using var directory = new TemporaryDirectory();
        Leave(directory, "old");
        var clock = new TestClock();
        clock.Jump(TimeSpan.FromDays(4));
        using var recorder = new RecorderFixture(directory.Path, clock);
        recorder.Recorder.Adopt();

        clock.Advance(TimeSpan.FromMinutes(2));
        recorder.Recorder.Tend();
        recorder.Recorder.Tend();

        Assert.That(recorder.Recorder.Expired, Is.EqualTo(1));
        Assert.That(recorder.Channel.Unqueued, Is.Zero);
        Assert.That(directory.SubDirectories, Has.Length.EqualTo(1));
    }

    [Test]
    public void Adopt_DamagedRecord_IsCountedAndLogged()
    {
        using var directory = new TemporaryDirectory();
        Leave(directory, "first", "second", "third");
        string file = Directory.GetFiles(directory.SubDirectories.Single(), "*.segment").Single();
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.AsSpan().IndexOf("second"u8)] ^= 1;
        File.WriteAllBytes(file, bytes);
        using var recorder = new RecorderFixture(directory.Path);

        recorder.Recorder.Adopt();

        Assert.That(recorder.TakeTexts(), Is.EqualTo(["first", "third"]));
        Assert.That(recorder.Recorder.Counts.Damaged, Is.EqualTo(1));
        Assert.That(recorder.Log.Events.Select(static line => line.Id), Has.One.EqualTo(66));
    }

    [Test]
    public void Adopt_LeftOverDirectory_TakesOnlyTheDiskOfItsRecords()
    {
        using var directory = new TemporaryDirectory();
        Leave(directory, "small");
        using var recorder = new RecorderFixture(directory.Path);
        long before = recorder.Recorder.Bytes;

        recorder.Recorder.Adopt();

        Assert.That(recorder.Recorder.Bytes - before, Is.Positive.And.LessThan(10_000));
    }

    [Test]
    public void Adopt_FilesOfAnotherVersion_AreLeftAsTheyAre()
    {
        using var directory = new TemporaryDirectory();
        Leave(directory, "later");
        string segment = directory.Files(".segment").Single();
        byte[] bytes = File.ReadAllBytes(segment);
        foreach (int header in new[] { 0, bytes.Length - SegmentHeader.Size })
        {
            bytes[header + 4] = 2;
            BitConverter.TryWriteBytes(bytes.AsSpan(header + 56), RecordChecksum.Of(bytes.AsSpan(header, 56)));
        }

        File.WriteAllBytes(segment, bytes);
        using var recorder = new RecorderFixture(directory.Path);
        recorder.Recorder.Adopt();
        recorder.Recorder.Adopt();

        Assert.That(recorder.Take(), Is.Empty);
        Assert.That(File.ReadAllBytes(segment).AsSpan().SequenceEqual(bytes), Is.True, "the bytes are the same");
        Assert.That(recorder.Log.Events.Select(entry => entry.Id), Is.EqualTo([65]), "logged once");
        Assert.That(recorder.Channel.Write(Spans.Ended()).IsRecorded, Is.True);
    }

    [Test]
    public void Adopt_ForeignFiles_StayAsTheyAre()
    {
        using var directory = new TemporaryDirectory();
        Leave(directory, "left");
        string left = directory.SubDirectories.Single();
        string[] foreign =
        [
            Path.Combine(directory.Path, "notes.txt"), Path.Combine(left, "notes.txt"), Path.Combine(directory.Path, "data", "1.segment"),
        ];
        Directory.CreateDirectory(Path.Combine(directory.Path, "data"));
        foreach (string path in foreign)
            File.WriteAllText(path, "mine");
        File.WriteAllText(Path.Combine(left, "00000000.segment"), "no segment");

        using var recorder = new RecorderFixture(directory.Path);
        recorder.Recorder.Adopt();
        recorder.Channel.MarkDone(recorder.Take().Single().Handle);
        recorder.Recorder.Tend();

        Assert.That(foreign.Select(File.ReadAllText), Is.All.EqualTo("mine"));
        Assert.That(Directory.GetFiles(left).Select(Path.GetFileName), Is.EqualTo(["notes.txt"]));
    }

    [Test]
    public void Adopt_LinkToAnotherDirectory_IsNotFollowed()
    {
        using var directory = new TemporaryDirectory();
        using var elsewhere = new TemporaryDirectory();
        Leave(elsewhere, "elsewhere");
        string target = elsewhere.SubDirectories.Single();
        Directory.CreateSymbolicLink(Path.Combine(directory.Path, Path.GetFileName(target)), target);
        using var recorder = new RecorderFixture(directory.Path);

        recorder.Recorder.Adopt();

        Assert.That(recorder.Take(), Is.Empty);
    }

    [Test]
    public void Adopt_ManyLeftOverDirectories_AreAllTakenOver()
    {
        const int Left = 200;
        using var directory = new TemporaryDirectory();
        Leave(directory, "left");
        using (var second = new RecorderFixture(directory.Path))
            second.Recorder.Adopt(); // makes it small
        string first = directory.SubDirectories.Single();
        for (int i = 1; i < Left; i++)
        {
            string copy = $"{first[..^4]}{i:x4}";
            Directory.CreateDirectory(copy);
            foreach (string file in Directory.GetFiles(first))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        }

        using var recorder = new RecorderFixture(directory.Path);
        int left = directory.SubDirectories.Length - 1;
        recorder.Recorder.Adopt();

        Assert.That(recorder.Take(), Has.Count.EqualTo(left).And.Count.GreaterThanOrEqualTo(Left - 1));
    }

    private static void Leave(TemporaryDirectory directory, params string[] spans)
    {
        using var dead = new RecorderFixture(directory.Path);
        foreach (string span in spans)
            dead.Channel.Write(Spans.Ended(span));
    }

    /// <summary>Leaves a job that has not ended, with a child that has.</summary>
    private static Activity LeaveOpenJob(TemporaryDirectory directory, out DateTimeOffset lastAlive, bool isChildDone = false)
    {
        using var dead = new RecorderFixture(directory.Path);
        var job = new Activity("job") { ActivityTraceFlags = ActivityTraceFlags.Recorded, TraceStateString = "state=1" };
        job.Start();
        dead.Channel.Open(job, KeyOfJob);
        RecordHandle child = dead.Channel.Write(Spans.EndedBelow(job, "child"));
        if (isChildDone)
            dead.Channel.MarkDone(child);
        dead.Time.Advance(TimeSpan.FromSeconds(5));
        dead.Recorder.Tend();
        lastAlive = dead.Time.GetUtcNow();
        return job;
    }
}
