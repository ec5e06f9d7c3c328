using System.Diagnostics;
using System.Linq.Expressions;
using Hangfire;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>A real Hangfire with filters, storage and tracing of its own, so that tests run side by side.</summary>
internal sealed class Server : IDisposable
{
    private readonly TracerProvider _provider;
    private readonly BackgroundJobStateChanger _stateChanger;
    private readonly bool _shared;
    private BackgroundJobServer? _server;

    public Server(
        WorkerTracingOptions? options = null,
        Func<JobStorage, JobStorage>? storage = null,
        Action<Server>? filters = null,
        bool traced = true,
        Sampler? sampler = null,
        TestStorage? on = null,
        StatementCounter? statements = null)
    {
        options ??= new WorkerTracingOptions { Flush = FlushMode.Background };
        Action<JobTrace, JobInfo>? enrich = options.Enrich;
        options.Enrich = (trace, job) =>
        {
            trace.SetMetadata(Source.Name, "yes");
            enrich?.Invoke(trace, job);
        };
        _shared = on is not null;
        Storage = on?.Storage ?? (storage ?? (static real => real))(
            new InMemoryStorage(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Guid }));
        TracerProviderBuilder tracing = Sdk.CreateTracerProviderBuilder().AddSource("WorkerTracing", Source.Name)
            .AddProcessor(new BatchTraceProcessor(Exporter));
        _provider = (sampler is null ? tracing : tracing.SetSampler(sampler)).Build();
        Tracer = new JobTracer(_provider, options);
        Providers = new JobFilterProviderCollection(Filters, new JobFilterAttributeFilterProvider());
        _stateChanger = new BackgroundJobStateChanger(Providers);
        Filters.Add(new AutomaticRetryAttribute { Attempts = 0 });
        Filters.Add(new ContinuationsSupportAttribute([SucceededState.StateName, DeletedState.StateName], _stateChanger));
        filters?.Invoke(this);
        Filter = new JobTraceFilter(Tracer);
        if (traced)
            Filters.Add(statements is null ? Filter : new MeteredFilter(Filter, statements));
        Client = new BackgroundJobClient(Storage, Providers);
        Recurring = new RecurringJobManager(Storage, Providers);
    }

    public ActivitySource Source { get; } = new($"test {Guid.NewGuid():n}");

    public RecordingExporter Exporter { get; } = new();

    public JobStorage Storage { get; }

    public JobTracer Tracer { get; }

    public JobTraceFilter Filter { get; }

    public JobFilterCollection Filters { get; } = [];

    public JobFilterProviderCollection Providers { get; }

    public BackgroundJobClient Client { get; }

    public RecurringJobManager Recurring { get; }

    public Server Retrying(params int[] delaysInSeconds)
    {
        Filters.Remove<AutomaticRetryAttribute>();
        Filters.Add(new AutomaticRetryAttribute { Attempts = delaysInSeconds.Length, DelaysInSeconds = delaysInSeconds });
        return this;
    }

    public Server Start(int workers = 1, params string[] queues)
    {
        _server = new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                WorkerCount = workers,
                Queues = queues.Length == 0 ? ["default"] : queues,
                FilterProvider = Providers,
                Activator = new JobActivator(),
                SchedulePollingInterval = TimeSpan.FromMilliseconds(50),
                CancellationCheckInterval = TimeSpan.FromMilliseconds(50),
                StopTimeout = TimeSpan.FromMilliseconds(100),
                ShutdownTimeout = TimeSpan.FromSeconds(10),
            },
            Storage);
        return this;
    }

    /// <summary>Stops as a host does: the running jobs' tokens are cancelled.</summary>
    public void Stop()
    {
        _server?.Dispose();
        _server = null;
    }

    /// <summary>Enqueues what the key stands for, and waits until it has succeeded.</summary>
    public async Task<Activity> RunAsync(Action body)
    {
        string key = Work.Does(body);
        string job = Client.Enqueue(() => Work.Run(key));
        await StateAsync(job, SucceededState.StateName);
        return await SpanAsync(job);
    }

    /// <summary>Performs a job on the calling thread, without a server.</summary>
    public void PerformHere(Expression<Action> call)
    {
        using IStorageConnection connection = Storage.GetConnection();
        var job = new BackgroundJob(Guid.NewGuid().ToString(), Job.FromExpression(call), DateTime.UtcNow);
        new BackgroundJobPerformer(Providers).Perform(new PerformContext(Storage, connection, job, new JobCancellationToken(false)));
    }

    public Task StateAsync(string job, params string[] names) => Until.TrueAsync(
        () =>
        {
            using IStorageConnection connection = Storage.GetConnection();
            return connection.GetStateData(job) is { } state && names.Contains(state.Name);
        },
        $"job {job} is {string.Join(" or ", names)}");

    /// <summary>The span of a job's attempt, once it has been exported.</summary>
    public async Task<Activity> SpanAsync(string job, int attempt = 1)
    {
        Activity? span = null;
        await Until.TrueAsync(
            () => (span = Exporter.Spans
                .FirstOrDefault(span => IsOf(span, job) && Equals(span.GetTagItem("worker_tracing.attempt"), attempt))) is not null,
            $"the span of attempt {attempt} of job {job} has been exported");
        return span!;
    }

    /// <summary>The runs of a recurring job that have been exported.</summary>
    public IEnumerable<Activity> Runs(string recurringJob) => Exporter.Spans.Where(
        span => Equals(span.GetTagItem("worker_tracing.hangfire.recurring_job"), recurringJob)
            && span.GetTagItem($"worker_tracing.metadata.{Source.Name}") is not null);

    public IReadOnlyList<Activity> SpansOf(string job) => [.. Exporter.Spans.Where(span => IsOf(span, job))];

    public string? Parameter(string job, string name)
    {
        using IStorageConnection connection = Storage.GetConnection();
        return SerializationHelper.Deserialize<string>(connection.GetJobParameter(job, name), SerializationOption.User);
    }

    /// <summary>Exports what has ended, without waiting for the schedule.</summary>
    public void Flush() => _provider.ForceFlush();

    public void Dispose()
    {
        Stop();
        _provider.Dispose();
        Source.Dispose();
        if (!_shared)
            (Storage as IDisposable)?.Dispose();
    }

    // Every provider sees the jobs of all tests, and storages number their jobs alike.
    private bool IsOf(Activity span, string job) =>
        span.Source.Name == "WorkerTracing" && Equals(span.GetTagItem("worker_tracing.job.id"), job)
        && span.GetTagItem($"worker_tracing.metadata.{Source.Name}") is not null;
}
