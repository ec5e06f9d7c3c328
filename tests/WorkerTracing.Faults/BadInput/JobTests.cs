using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>Bad input in the description of a job: from a framework, or from callbacks of the application.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class JobTests
{
    private static readonly Gen<string> Name = Gen.Frequency(
        (8, Bad.Text),
        (1, Gen.Constant(Bad.Megabyte)),
        (1, Gen.Constant<string>(null!)));

    private static readonly Gen<JobInfo> AnyJob =
        from system in Name
        from name in Name
        from id in Name
        from key in Bad.Text
        from value in Bad.Value
        from number in Gen.Elements(0, 1, -1, int.MinValue, int.MaxValue)
        from when in Gen.Elements<DateTimeOffset?>(null, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch)
        select new JobInfo
        {
            System = system,
            Name = name,
            OperationName = id,
            Id = id,
            Queue = name,
            GroupId = system,
            Attempt = number,
            Trigger
                = (JobTrigger)(number % 7),
            EnqueuedAt = when,
            DueAt = when,
            Arguments = new Dictionary<string, object?> { [key] = value, ["null"] = null, ["unspeakable"] = new Unspeakable() },
            Baggage = new Dictionary<string, string?> { [key] = id },
            Links = [default],
        };

    [Test]
    public async Task AnyJob_IsRunAndSentWellFormed()
    {
        await using TracedWorker worker = await TracedWorker.StartAsync(new WorkerTracingOptions { CaptureArguments = true });
        Prop.ForAll(AnyJob.ToArbitrary(), job => worker.RunAsync(job, trace =>
        {
            trace.GroupId = job.Id;
            trace.SetMetadata(job.Queue ?? "", job.System!);
            trace.SetMetadata("null", null!);
        }).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(FullRun.IsOn ? 60 : 10));
    }

    [Test]
    public async Task AnyCallback_ThatThrows_CostsItsAnswerAlone([Values] bool untellable)
    {
        Exception failure = untellable ? new UntellableException() : new InvalidOperationException("the callback's own");
        await using TracedWorker worker = await TracedWorker.StartAsync(new WorkerTracingOptions
        {
            CaptureArguments = true,
            Filter = _ => throw failure,
            FlushSelector = _ => throw failure,
            NameSelector
                = _ => throw failure,
            Enrich = (_, _) => throw failure,
            Redact = (_, _) => throw failure,
        });

        await worker.RunAsync(Job() with { Arguments = new Dictionary<string, object?> { ["a"] = 1 } }, static trace =>
        {
            Assert.That(trace.IsRecorded, Is.True, "a filter without an answer refuses nothing");
            Assert.That(trace.Activity!.DisplayName, Is.EqualTo("job"));
            Assert.That(trace.Activity.GetTagItem("worker_tracing.argument.a"), Is.Null, "what could not be redacted is not recorded");
        });
    }

    [Test]
    public async Task AnyCallback_ThatAnswersJunk_IsSentWellFormed()
    {
        Gen<(string Name, object? Value)> junk = from name in Name from value in Bad.Value select (name, value);
        foreach ((string name, object? value) in junk.Sample(40))
        {
            await using TracedWorker worker = await TracedWorker.StartAsync(new WorkerTracingOptions
            {
                CaptureArguments = true,
                NameSelector = _ => name,
                FlushSelector = _ => null,
                Redact = (_, _) => value,
                Enrich = (trace, _) => trace.Activity!.SetTag("enriched", value),
            });
            await worker.RunAsync(Job() with { Arguments = new Dictionary<string, object?> { ["a"] = 1 } }, static _ => { });
        }
    }

    [TestCase("arguments")]
    [TestCase("baggage")]
    [TestCase("links")]
    public async Task ADetailOfTheJob_ThatCannotBeRead_DoesNotStopTheJob(string detail)
    {
        await using TracedWorker worker = await TracedWorker.StartAsync(new WorkerTracingOptions { CaptureArguments = true });
        await worker.RunAsync(
            detail switch
            {
                "arguments" => Job() with { Arguments = new UnreadableDictionary<object?>() },
                "baggage" => Job() with { Baggage = new UnreadableDictionary<string?>() },
                _ => Job() with { Links = new UnreadableList<ActivityLink>() },
            },
            static _ => { });
    }

    [Test]
    public async Task AFlushMode_ThatThereIsNot_FlushesNothing()
    {
        await using TracedWorker worker = await TracedWorker.StartAsync();
        JobTrace job = worker.Tracer.Start(Job() with { Flush = (FlushMode)99 });
        Assert.That((await job.EndAsync()).Status, Is.EqualTo(FlushStatus.NotRequested));
    }

    [Test]
    public async Task Enrich_ThatEndsTheJob_LeavesItsResultAlone()
    {
        await using TracedWorker worker = await TracedWorker.StartAsync(
            new WorkerTracingOptions { Enrich = static (trace, _) => trace.End() });
        await worker.RunAsync(Job(), static _ => { });
    }

    [Test]
    public void NullForAnArgument_IsRefusedByItsName()
    {
        JobTrace trace = new JobTracer(new NoProvider()).Start(Job());
        (string Name, Action Call)[] calls =
        [
            ("job", () => new JobTracer(new NoProvider()).Start(null!)), ("provider", static () => _ = new JobTracer(
                null!)), ("exception", () => trace.Fail(null!)), ("key", () => trace.SetMetadata(null!, "x")),
            ("get", static () => JobOrigin.Extract("", null!)), ("set", static () => default(JobOrigin).Inject(
                "",
                null!)), ("data", static () => new BatchTraceProcessor(new RecordingExporter()).OnEnd(null!)),
        ];
        foreach ((string name, Action call) in calls)
            Assert.That(Assert.Throws<ArgumentNullException>(call)?.ParamName, Is.EqualTo(name));
    }

    private static JobInfo Job() => new() { System = "test", Name = "job" };

    private sealed class NoProvider : OpenTelemetry.Trace.TracerProvider;
}
