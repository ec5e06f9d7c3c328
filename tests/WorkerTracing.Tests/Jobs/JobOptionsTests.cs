using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Tests;

public sealed class JobOptionsTests
{
    [TestCase(false, TestName = "Filter_RefusedUnderAParentBasedSampler_NothingIsRecorded")]
    [TestCase(true, TestName = "Filter_RefusedUnderAnAlwaysOnSampler_NothingIsExported")]
    public async Task Filter_Refused_NeitherTheJobNorItsChildrenArrive(bool alwaysOn)
    {
        using var pipeline = new Pipeline(
            new WorkerTracingOptions { Filter = job => job.Name != "health", Flush = FlushMode.Wait }, sampler: alwaysOn
                ? new AlwaysOnSampler()
                : null);
        JobTrace refused = pipeline.Start("health");
        pipeline.Source.StartActivity("child")?.Dispose();
        JobTrace nested = pipeline.Start("nested");
        await nested.EndAsync();
        FlushResult result = await refused.EndAsync();
        JobTrace traced = pipeline.Start("traced");
        await traced.EndAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.NotRequested));
        Assert.That(refused.IsRecorded, Is.False);
        Assert.That(nested.IsRecorded, Is.False);
        Assert.That(pipeline.Exporter.Spans, Is.EqualTo(new[] { traced.Activity }));
        Assert.That(pipeline.Processor.Pipeline.Health.Lost, Is.Zero, "dropped on purpose is not lost");
        Assert.That(Activity.Current, Is.Null);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void LogRecords_InsideAJob_CarryItsTraceId_InARefusedJobToo(bool refused)
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { Filter = _ => !refused });
        var records = new ScopeCapturingProvider();
        using ILoggerFactory factory = LoggerFactory.Create(logging => logging
            .AddProvider(records)
            .Configure(static options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId));

        using JobTrace job = pipeline.Start();
        factory.CreateLogger("test").LogInformation("inside");

        Assert.That(job.TraceId, Is.Not.EqualTo(default(ActivityTraceId)));
        Assert.That(records.TraceIds, Is.EqualTo(new[] { job.TraceId.ToHexString() }));
    }

    [Test]
    public void NameSelector_AnswersNull_LeavesTheNameOfTheJob()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { NameSelector = static _ => null! });

        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job("name") with { OperationName = "operation" });

        Assert.That(job.Activity!.DisplayName, Is.EqualTo("name"));
    }

    [Test]
    public async Task Callbacks_ThatThrow_NeverReachTheJob()
    {
        var options = new WorkerTracingOptions
        {
            Filter = static _ => throw new InvalidOperationException("filter"),
            FlushSelector = static _ => throw new InvalidOperationException("selector"),
            NameSelector = static _ => throw new InvalidOperationException("name"),
            Enrich = static (_, _) => throw new InvalidOperationException("enrich"),
            Redact = static (_, _) => throw new InvalidOperationException("redact"),
            CaptureArguments = true,
            Flush = FlushMode.Wait,
        };
        using var pipeline = new Pipeline(options);
        JobTrace job = pipeline.Tracer
            .Start(Pipeline.Job() with { Arguments = new Dictionary<string, object?> { ["password"] = "secret" } });

        FlushResult result = await job.EndAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(job.Activity!.DisplayName, Is.EqualTo("job"));
        Assert.That(
            job.Activity.TagObjects.Select(tag => tag.Value),
            Has.None.EqualTo("secret"),
            "an argument whose redaction throws is not recorded");
    }

    [Test]
    public async Task Processor_OfTheAppThatThrows_NeverReachesTheJob()
    {
        using var pipeline = new Pipeline(others: new ThrowingProcessor());

        JobTrace job = pipeline.Start();
        FlushResult result = await job.EndAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered), "ours came first");
        Assert.That(Activity.Current, Is.Null);
    }

    [Test]
    public void FlushMode_IsChosenByTheInfoElseTheSelectorElseTheAttributeElseTheOption()
    {
        var options = new WorkerTracingOptions { Flush = FlushMode.Background };
        var modes = new FlushModeSelector(options, new Callbacks(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
        JobInfo plain = Pipeline.Job();
        JobInfo attributed = plain with { Member = typeof(Waiting) };

        Assert.That(modes.Select(plain), Is.EqualTo(FlushMode.Background), "the option");
        Assert.That(modes.Select(attributed), Is.EqualTo(FlushMode.Wait), "the attribute");
        options.FlushSelector = static _ => FlushMode.None;
        Assert.That(modes.Select(attributed), Is.EqualTo(FlushMode.None), "the selector");
        Assert.That(modes.Select(attributed with { Flush = FlushMode.Wait }), Is.EqualTo(FlushMode.Wait), "the info");
    }

    [TestCase(typeof(Waiting), null, FlushMode.Wait)]
    [TestCase(typeof(Derived), null, FlushMode.Wait)]
    [TestCase(typeof(ByContract), null, FlushMode.Background)]
    [TestCase(typeof(ByContract), nameof(ByContract.Run), FlushMode.Wait)]
    [TestCase(typeof(ByMethod), nameof(ByMethod.Run), FlushMode.Wait)]
    [TestCase(typeof(IContract), nameof(IContract.Run), FlushMode.Wait)]
    [TestCase(typeof(IDerivedContract), null, FlushMode.Background)]
    [TestCase(typeof(IDerivedContract), nameof(IDerivedContract.Stop), FlushMode.Background)]
    [TestCase(typeof(Plain), nameof(Plain.Run), FlushMode.None)]
    public void FlushTraceAttribute_IsLookedForOnTheMemberItsTypeAndTheirInterfaces(Type type, string? method, FlushMode expected)
    {
        var modes = new FlushModeSelector(
            new WorkerTracingOptions(),
            new Callbacks(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));

        Assert.That(modes.Select(Pipeline.Job() with { Member = method is null ? type : type.GetMethod(method) }), Is.EqualTo(expected));
    }

    [Test]
    public void FlushTraceAttribute_OnAGenericMethodOfAnInterface_IsFound()
    {
        var modes = new FlushModeSelector(
            new WorkerTracingOptions(),
            new Callbacks(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
        MethodInfo job = typeof(ByGenericContract).GetMethod(nameof(ByGenericContract.Run))!.MakeGenericMethod(typeof(string));

        Assert.That(modes.Select(Pipeline.Job() with { Member = job }), Is.EqualTo(FlushMode.Wait));
    }

    [Test]
    public void CaptureArguments_Off_RecordsNone()
    {
        using var pipeline = new Pipeline();
        using JobTrace job = pipeline.Tracer
            .Start(Pipeline.Job() with { Arguments = new Dictionary<string, object?> { ["user"] = "secret" } });

        Assert.That(job.Activity!.TagObjects.Select(tag => tag.Value), Has.None.EqualTo("secret"));
    }

    [Test]
    public void CaptureArguments_On_RecordsThemRedactedAndCut()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions
        {
            CaptureArguments = true,
            Redact = static (name, value) => name == "password" ? "***" : name == "hidden" ? null : value,
        });
        var arguments = new Dictionary<string, object?>
        {
            ["password"] = "secret",
            ["hidden"] = 1,
            ["count"] = 1.5,
            ["text"] = new string('x', 1023) + "😀 and more"
        };
        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Arguments = arguments });

        Assert.That(job.Activity!.GetTagItem("worker_tracing.argument.password"), Is.EqualTo("***"));
        Assert.That(job.Activity.GetTagItem("worker_tracing.argument.count"), Is.EqualTo("1.5"));
        Assert.That(job.Activity.GetTagItem("worker_tracing.argument.hidden"), Is.Null);
        Assert.That(job.Activity.GetTagItem("worker_tracing.argument.text"), Is.EqualTo(new string('x', 1023)), "never half a character");
    }

    [Test]
    public void Start_RecordsWhatIsKnownOfTheJob()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions
        {
            NameSelector = job => $"run {job.Name}",
            Enrich = static (trace, job) => trace.SetMetadata("job", job.Name)
        });
        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with
        {
            Id = "42",
            Queue = "mail",
            GroupId = "tenant",
            Attempt = 3,
            Trigger = JobTrigger.Enqueued,
            DueAt = TimeProvider.System
                .GetUtcNow()
                .AddSeconds(-2),
        });
        job.GroupId = "another tenant";

        Activity span = job.Activity!;
        Assert.That(span.DisplayName, Is.EqualTo("run job"));
        Assert.That(span.GetTagItem("workflow.platform.name"), Is.EqualTo("test"));
        Assert.That(span.GetTagItem("workflow.task.name"), Is.EqualTo("job"));
        Assert.That(span.GetTagItem("workflow.trigger.type"), Is.EqualTo("api"));
        Assert.That(span.GetTagItem("messaging.destination.name"), Is.EqualTo("mail"));
        Assert.That(span.GetTagItem("worker_tracing.job.id"), Is.EqualTo("42"));
        Assert.That(span.GetTagItem("worker_tracing.attempt"), Is.EqualTo(3));
        Assert.That(span.GetTagItem("worker_tracing.wait_ms"), Is.GreaterThanOrEqualTo(2000));
        Assert.That(span.GetTagItem("worker_tracing.group_id"), Is.EqualTo("another tenant"));
        Assert.That(span.GetTagItem("worker_tracing.metadata.job"), Is.EqualTo("job"));
    }

    [TestCase(JobTrigger.Recurring, ActivityKind.Consumer)]
    [TestCase(JobTrigger.Enqueued, ActivityKind.Internal)]
    public void KindSelector_Chooses_IsTheKindOfTheSpan(JobTrigger trigger, ActivityKind kind)
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { KindSelector = _ => kind });

        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Trigger = trigger });

        Assert.That(job.Activity!.Kind, Is.EqualTo(kind));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void KindSelector_NullOrThrowing_LeavesTheKind(bool throws)
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions
        {
            KindSelector = _ => throws ? throw new InvalidOperationException("a selector's own") : null,
        });

        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Trigger = JobTrigger.Message });

        Assert.That(job.Activity!.Kind, Is.EqualTo(ActivityKind.Consumer));
    }

    [Test]
    public void Start_OfAMessage_RecordsItAsMessagingDoes()
    {
        using var pipeline = new Pipeline();

        using JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Trigger = JobTrigger.Message, Id = "42" });

        Activity span = job.Activity!;
        Assert.That(span.GetTagItem("messaging.system"), Is.EqualTo("test"));
        Assert.That(span.GetTagItem("messaging.operation.type"), Is.EqualTo("process"));
        Assert.That(span.GetTagItem("messaging.operation.name"), Is.EqualTo("process"));
        Assert.That(span.GetTagItem("messaging.message.id"), Is.EqualTo("42"));
    }

    [Test]
    public async Task Enabled_False_StartsNothing()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { Enabled = false, Flush = FlushMode.Wait });
        JobTrace job = pipeline.Start();

        Assert.That(pipeline.Tracer.IsEnabled, Is.False);
        Assert.That(Activity.Current, Is.Null);
        Assert.That(job.Activity, Is.Null);
        Assert.That((await job.EndAsync()).Status, Is.EqualTo(FlushStatus.NotRequested));
    }

    [Test]
    public void Constructor_InvalidOptions_NamesEachAndItsValue()
    {
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().Build();
        var options = new WorkerTracingOptions { FlushTimeout = TimeSpan.Zero, LinkAfter = TimeSpan.FromSeconds(-1), Flush = (FlushMode)7 };

        Assert.That(
            () => new JobTracer(provider, options),
            Throws.InstanceOf<OptionsValidationException>()
                .With.Message.Contain("FlushTimeout is 00:00:00")
                .And.Message.Contain("LinkAfter is -00:00:01")
                .And.Message.Contain("Flush is 7"));
    }

    private sealed class ThrowingProcessor : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => throw new InvalidOperationException("somebody's processor");
    }

    [FlushTrace(FlushMode.Wait)]
    private class Waiting;

    private sealed class Derived : Waiting;

    [FlushTrace(FlushMode.Background)]
    private interface IContract
    {
        [FlushTrace(FlushMode.Wait)]
        void Run();
    }

    private interface IDerivedContract : IContract
    {
        void Stop();
    }

    private interface IGenericContract
    {
        [FlushTrace(FlushMode.Wait)]
        void Run<T>();
    }

    private sealed class ByContract : IContract
    {
        public void Run()
        {
        }
    }

    private sealed class ByGenericContract : IGenericContract
    {
        public void Run<T>()
        {
        }
    }

    private sealed class ByMethod
    {
        [FlushTrace(FlushMode.Wait)]
        public void Run()
        {
        }
    }

    private sealed class Plain
    {
        public void Run()
        {
        }
    }

    private sealed class ScopeCapturingProvider : ILoggerProvider, ISupportExternalScope
    {
        private IExternalScopeProvider? _scopes;

        public List<string> TraceIds { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Capturing(this);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public void Dispose()
        {
        }

        private sealed class Capturing(ScopeCapturingProvider owner) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState, Exception?, string> formatter) =>
                owner._scopes?.ForEachScope(
                    static (scope, traceIds) =>
                    {
                        if (scope is IEnumerable<KeyValuePair<string, object>> values)
                            traceIds.AddRange(values.Where(value => value.Key == "TraceId").Select(value => value.Value.ToString()!));
                    },
                    owner.TraceIds);
        }
    }
}
