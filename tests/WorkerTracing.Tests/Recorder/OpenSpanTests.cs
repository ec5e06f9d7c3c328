using System.Diagnostics;

namespace WorkerTracing.Tests;

internal sealed class OpenSpanTests
{
    [Test]
    public void Open_JobEndedWithARecord_IsNotFoundAgain()
    {
        using var directory = new TemporaryDirectory();
        using (var dead = new RecorderFixture(directory.Path))
        {
            using Activity job = Start("job");
            dead.Channel.Open(job, "key");
            job.Stop();
            dead.Channel.Write(job);
        }

        using var recorder = new RecorderFixture(directory.Path);

        Assert.That(recorder.Recorder.Adopt(), Is.Empty);
        Assert.That(recorder.TakeTexts(), Is.EqualTo(["job"]));
    }

    [Test]
    public void Open_JobForgotten_LeavesNothing()
    {
        using var directory = new TemporaryDirectory();
        using (var recorder = new RecorderFixture(directory.Path))
        {
            using Activity job = Start("job");
            recorder.Channel.Open(job, "key");
            recorder.Channel.Forget(job);
        }

        Assert.That(directory.SubDirectories, Is.Empty);
    }

    [Test]
    public void Open_JobThatRunsAtTheDisposal_IsLeft()
    {
        using var directory = new TemporaryDirectory();
        using Activity job = Start("job");
        using (var dead = new RecorderFixture(directory.Path))
            dead.Channel.Open(job, null);

        using var recorder = new RecorderFixture(directory.Path);

        Assert.That(recorder.Recorder.Adopt().Select(found => (found.Name, found.Key)), Is.EqualTo([("job", (string?)null)]));
    }

    [Test]
    public void Write_OpenAncestors_AreClosedWithTheProcess()
    {
        using var directory = new TemporaryDirectory();
        using Activity outer = Start("outer");
        using Activity middle = Start("middle");
        using (var dead = new RecorderFixture(directory.Path))
        {
            dead.Channel.Write(EndChild("leaf 1"));
            dead.Channel.Write(EndChild("leaf 2"));
        }

        using var recorder = new RecorderFixture(directory.Path);

        Assert.That(recorder.Recorder.Adopt(), Is.Empty, "they are no jobs");
        Assert.That(recorder.TakeTexts(), Is.EquivalentTo(["leaf 1", "leaf 2", "middle abandoned", "outer abandoned"]));
    }

    [Test]
    public void Open_JobInOpenSpans_TheseAreClosedToo()
    {
        using var directory = new TemporaryDirectory();
        using Activity framework = Start("framework");
        using Activity job = Start("job");
        using (var dead = new RecorderFixture(directory.Path))
            dead.Channel.Open(job, null);

        using var recorder = new RecorderFixture(directory.Path);

        Assert.That(recorder.Recorder.Adopt().Select(static found => found.Name), Is.EqualTo(["job"]), "the other is no job");
        Assert.That(recorder.TakeTexts(), Is.EquivalentTo(["framework abandoned", "job abandoned"]));
    }

    [Test]
    public void Open_SpanAroundTheJobCannotBeWritten_NoSpanBelowItIsRecorded()
    {
        using var directory = new TemporaryDirectory();
        using Activity outer = Start("outer");
        using Activity middle = Start("middle");
        using Activity job = Start("job");
        using (var dead = new RecorderFixture(directory.Path))
        {
            dead.Exporter.Unwritable = "outer";
            dead.Channel.Open(job, null);
        }

        using var recorder = new RecorderFixture(directory.Path);
        recorder.Recorder.Adopt();

        Assert.That(recorder.TakeTexts(), Is.Empty, "closed, they would have no parent");
    }

    [TestCase(ActivityKind.Client, true)]
    [TestCase(ActivityKind.Producer, true)]
    [TestCase(ActivityKind.Internal, false)]
    [TestCase(ActivityKind.Server, false)]
    [TestCase(ActivityKind.Consumer, false)]
    public void Start_SpanOfAKind_IsRecordedIfItCallsAnotherProcess(ActivityKind kind, bool isRecorded)
    {
        using var directory = new TemporaryDirectory();
        using Activity around = Start("around");
        using Activity call = Start("call", kind);
        using (var dead = new RecorderFixture(directory.Path))
        using (var calls = new CallRecorder(dead.Channel))
            calls.OnStart(call);

        using var recorder = new RecorderFixture(directory.Path);

        Assert.That(recorder.Recorder.Adopt(), Is.Empty, "it is no job");
        Assert.That(recorder.TakeTexts(), isRecorded ? Is.EquivalentTo(["around abandoned", "call abandoned"]) : Is.Empty);
    }

    [Test]
    public void Start_CallThatEnds_LeavesNothing()
    {
        using var directory = new TemporaryDirectory();
        using (var recorder = new RecorderFixture(directory.Path))
        using (var calls = new CallRecorder(recorder.Channel))
        {
            using Activity call = Start("call", ActivityKind.Client);
            calls.OnStart(call);
            call.Stop();
            recorder.Channel.MarkDone(recorder.Channel.Write(call));
        }

        Assert.That(directory.SubDirectories, Is.Empty);
    }

    [Test]
    public void Write_AncestorEnded_IsNotClosed()
    {
        using var directory = new TemporaryDirectory();
        using (var dead = new RecorderFixture(directory.Path))
        {
            using Activity middle = Start("middle");
            dead.Channel.Write(EndChild("leaf"));
            middle.Stop();
            dead.Channel.Write(middle);
        }

        using var recorder = new RecorderFixture(directory.Path);
        recorder.Recorder.Adopt();

        Assert.That(recorder.TakeTexts(), Is.EqualTo(["leaf", "middle"]));
    }

    [Test]
    public void Write_AncestorOfASourceThatTheExporterDoesNotGet_IsNotClosed()
    {
        using var directory = new TemporaryDirectory();
        using var foreign = new ActivitySource($"foreign {Guid.NewGuid():n}");
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source == foreign,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using (var dead = new RecorderFixture(directory.Path))
        {
            Activity.Current = null;
            using (foreign.StartActivity("request 1"))
                dead.Channel.Write(EndChild("leaf 1"));
            dead.Recorder.Tend();
            dead.Recorder.Tend();
            using Activity? request = foreign.StartActivity("request 2");
            Assert.That(request, Is.Not.Null);
            dead.Channel.Write(EndChild("leaf 2"));
        }

        using var recorder = new RecorderFixture(directory.Path);
        recorder.Recorder.Adopt();

        Assert.That(recorder.TakeTexts(), Is.EqualTo(["leaf 1", "leaf 2"]));
    }

    [Test]
    public void Tend_AncestorEndedWithoutAWord_IsRemoved()
    {
        using var directory = new TemporaryDirectory();
        using (var recorder = new RecorderFixture(directory.Path))
        {
            using (Start("middle"))
                recorder.Channel.MarkDone(recorder.Channel.Write(EndChild("leaf")));
            recorder.Recorder.Tend();
            recorder.Recorder.Tend();
        }

        Assert.That(directory.SubDirectories, Is.Empty);
    }

    [Test]
    public void Open_MoreThanATableHolds_AreAllKept()
    {
        const int Jobs = 3000;
        using var directory = new TemporaryDirectory();
        var jobs = new List<Activity>();
        using (var dead = new RecorderFixture(directory.Path))
        {
            for (int i = 0; i < Jobs; i++)
            {
                Activity.Current = null;
                jobs.Add(Start($"{i}"));
                dead.Channel.Open(jobs[i], $"{i}");
                if (i % 500 == 0)
                    dead.Recorder.Tend();
            }
        }

        using var recorder = new RecorderFixture(directory.Path);

        Assert.That(recorder.Recorder.Adopt().Select(job => job.Key), Is.EquivalentTo(Enumerable.Range(0, Jobs).Select(i => $"{i}")));
    }

    [Test]
    public void Open_ManyThreads_LeaveNothingWhenAllHaveEnded()
    {
        using var directory = new TemporaryDirectory();
        using (var recorder = new RecorderFixture(directory.Path))
        {
            Parallel.For(0, 2000, i =>
            {
                Activity.Current = null;
                using Activity job = Start($"{i}");
                recorder.Channel.Open(job, $"{i}");
                recorder.Channel.MarkDone(recorder.Channel.Write(EndChild("child")));
                job.Stop();
                recorder.Channel.MarkDone(recorder.Channel.Write(job));
            });
        }

        Assert.That(directory.SubDirectories, Is.Empty);
    }

    [Test]
    public void Open_RunningJobsNotRecorded_RecordsNone()
    {
        using var directory = new TemporaryDirectory();
        using Activity job = Start("job");
        using (var dead = new RecorderFixture(directory.Path, recordRunningJobs: false))
        {
            dead.Channel.Open(job, "key");
            dead.Channel.Write(EndChild("child"));
        }

        using var recorder = new RecorderFixture(directory.Path);

        Assert.That(recorder.Recorder.Adopt(), Is.Empty);
        Assert.That(recorder.TakeTexts(), Is.EqualTo(["child"]));
    }

    [Test]
    public void Tend_DirectoryDeleted_KeepsTheOpenJobs()
    {
        using var directory = new TemporaryDirectory();
        using Activity job = Start("job");
        using (var dead = new RecorderFixture(directory.Path))
        {
            dead.Channel.Open(job, "key");
            Directory.Delete(directory.SubDirectories.Single(), recursive: true);
            dead.Recorder.Tend();
            dead.Channel.MarkDone(dead.Channel.Write(Spans.Ended()));
        }

        using var recorder = new RecorderFixture(directory.Path);

        Assert.That(recorder.Recorder.Adopt().Select(found => found.Key), Is.EqualTo(["key"]));
    }

    private static Activity Start(string name)
    {
        var span = new Activity(name) { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        return span.Start();
    }

    private static Activity Start(string name, ActivityKind kind)
    {
        using var source = new ActivitySource($"calls {Guid.NewGuid():n}");
        using var listener = new ActivityListener
        {
            ShouldListenTo = listened => listened == source,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return source.StartActivity(name, kind)!;
    }

    private static Activity EndChild(string name)
    {
        Activity child = Start(name);
        child.Stop();
        return child;
    }
}
