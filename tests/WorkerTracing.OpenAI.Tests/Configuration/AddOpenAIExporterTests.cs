using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>The exporter as a host has it, with jobs.</summary>
public sealed class AddOpenAIExporterTests
{
    [Test]
    public async Task RunAsync_WaitingFlush_HasDeliveredTheJobWhenItReturns()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using IHost host = await StartAsync(server);
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();

        JobTrace trace = tracer.Start(new JobInfo { System = "test", Name = "job", GroupId = "g" });
        FlushResult result = await trace.EndAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        JsonObject[] mine = [.. server.Accepted
            .Where(item => (string?)item["trace_id"] == $"trace_{trace.TraceId}" || (string?)item["id"] == $"trace_{trace.TraceId}")];
        Assert.That(mine.Select(static item => (string?)item["object"]), Is.EqualTo(new[] { "trace", "trace.span" }));
        await host.StopAsync();
    }

    [Test]
    public async Task Start_NoKey_WarnsAndNamesTheAddress()
    {
        Assume.That(Environment.GetEnvironmentVariable("OPENAI_API_KEY"), Is.Null, "a key in the environment is a key");
        await using IngestServer server = await IngestServer.StartAsync();
        var log = new LogRecorder();
        using IHost host = await StartAsync(
            server,
            static options => options.ApiKey = null,
            tracing => tracing.Services.AddSingleton<ILoggerFactory>(log));

        Assert.That(log.Lines, Has.One.Contains("Set OpenAIExporterOptions.ApiKey or the variable OPENAI_API_KEY."));
        Assert.That(log.Lines, Has.One.Contains("Exporters: OpenAITraceExporter to http://"));
        await host.StopAsync();
    }

    [Test]
    public async Task RunAsync_NoKey_FailsTheFlushAndLeavesTheJobUnharmed()
    {
        Assume.That(Environment.GetEnvironmentVariable("OPENAI_API_KEY"), Is.Null, "a key in the environment is a key");
        await using IngestServer server = await IngestServer.StartAsync();
        using IHost host = await StartAsync(server, options => options.ApiKey = null);
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();

        JobTrace? trace = null;
        int answer = await tracer.RunAsync("job", (job, _) =>
        {
            trace = job;
            return Task.FromResult(42);
        });

        Assert.Multiple(() =>
        {
            Assert.That(answer, Is.EqualTo(42));
            Assert.That(trace!.Result.Status, Is.EqualTo(FlushStatus.Failed));
            Assert.That(trace!.Result.Lost, Is.EqualTo(1));
            Assert.That(server.Requests, Is.Empty);
        });
        await host.StopAsync();
    }

    [Test]
    public async Task AddOpenAIExporter_CalledTwice_AddsOne()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using IHost host = await StartAsync(server, builder: static builder => builder.AddOpenAIExporter());

        await host.Services.GetRequiredService<JobTracer>().RunAsync("job", static (_, _) => Task.CompletedTask);
        await host.StopAsync();

        Assert.That(
            server.AcceptedSpans.Count(static span => (string?)span["span_data"]!["name"] == "job"),
            Is.EqualTo(server.AcceptedSpans.Select(static span => (string?)span["id"]).Distinct().Count()));
    }

    [Test]
    public async Task StartAsync_InvalidOptions_NamesEachAndItsValueButNotTheKey()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        OptionsValidationException refused = Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(server, static options =>
        {
            options.ApiKey = "sk secret";
            options.Endpoint = new Uri("ftp://x/y");
            options.MaxRetries = -1;
            options.BaseDelay = TimeSpan.Zero;
            options.MaxDelay = TimeSpan.FromDays(-1);
            options.RequestTimeout = TimeSpan.Zero;
            options.Organization = "a b";
            options.Project = "c d";
        }))!;
        Assert.Multiple(() =>
        {
            Assert.That(refused.Message, Does.Contain("OpenAIExporterOptions.Endpoint is ftp://x/y"));
            Assert.That(refused.Message, Does.Contain("OpenAIExporterOptions.MaxRetries is -1"));
            Assert.That(refused.Message, Does.Contain("OpenAIExporterOptions.BaseDelay is 00:00:00"));
            Assert.That(refused.Message, Does.Contain("OpenAIExporterOptions.MaxDelay is -1.00:00:00"));
            Assert.That(refused.Message, Does.Contain("OpenAIExporterOptions.RequestTimeout is 00:00:00"));
            Assert.That(refused.Message, Does.Contain("OpenAIExporterOptions.Organization is a b"));
            Assert.That(refused.Message, Does.Contain("OpenAIExporterOptions.Project is c d"));
            Assert.That(refused.Message, Does.Contain("OpenAIExporterOptions.ApiKey").And.Not.Contain("secret"));
        });
    }

    [Test]
    public async Task Export_KeyCorrectedInConfiguration_DeliversWhatWaited()
    {
        await using IngestServer server = await IngestServer.StartAsync(
            static (request, _) => request.Headers["Authorization"] == "Bearer right" ? 200 : 401);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["WorkerTracing:OpenAI:ApiKey"] = "wrong",
            ["WorkerTracing:OpenAI:Endpoint"] = server.Endpoint.ToString(),
            ["WorkerTracing:OpenAI:MaxRetries"] = "0",
            ["WorkerTracing:OpenAI:BaseDelay"] = "00:00:00.001",
            ["WorkerTracing:OpenAI:MaxDelay"] = "00:00:01",
            ["WorkerTracing:OpenAI:RequestTimeout"] = "00:00:30",
            ["WorkerTracing:OpenAI:IncludeContent"] = "false",
        });
        builder.Services.AddWorkerTracing().AddOpenAIExporter();
        using IHost host = builder.Build();
        await host.StartAsync();
        ITraceFlusher flusher = host.Services.GetRequiredService<ITraceFlusher>();
        await host.Services.GetRequiredService<JobTracer>().RunAsync("job", static (_, _) => Task.CompletedTask);

        FlushResult refused = await flusher.FlushAsync(TimeSpan.FromMilliseconds(200));
        builder.Configuration["WorkerTracing:OpenAI:MaxRetries"] = "-1";
        builder.Configuration["WorkerTracing:OpenAI:ApiKey"] = "also wrong";
        ((IConfigurationRoot)builder.Configuration).Reload();
        FlushResult invalid = await flusher.FlushAsync(TimeSpan.FromMilliseconds(200));
        builder.Configuration["WorkerTracing:OpenAI:MaxRetries"] = "0";
        builder.Configuration["WorkerTracing:OpenAI:ApiKey"] = "right";
        ((IConfigurationRoot)builder.Configuration).Reload();
        FlushResult delivered = await flusher.FlushUntilSettledAsync();
        await host.StopAsync();

        Assert.Multiple(() =>
        {
            Assert.That(refused.Status, Is.EqualTo(FlushStatus.TimedOut), "nothing is lost to a wrong key");
            Assert.That(invalid.Status, Is.EqualTo(FlushStatus.TimedOut), "options that are not valid change nothing");
            Assert.That(
                server.Requests,
                Has.None.Matches<IngestRequest>(static request => request.Headers["Authorization"] == "Bearer also wrong"));
            Assert.That(delivered.Status, Is.EqualTo(FlushStatus.Delivered));
        });
    }

    [Test]
    public async Task Export_CallbackThrowsAtAChangedConfiguration_GoesOnWithTheOptionsBefore()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        var log = new LogRecorder();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<ILoggerFactory>(log);
        bool throws = false;
        builder.Services.AddWorkerTracing(static tracing => tracing.Flush = FlushMode.Wait).AddOpenAIExporter(options =>
        {
            server.Configure(options);
            if (throws)
                throw new FileNotFoundException("sk-in-a-file");
        });
        using IHost host = builder.Build();
        await host.StartAsync();

        throws = true;
        ((IConfigurationRoot)builder.Configuration).Reload();
        JobTrace trace = host.Services.GetRequiredService<JobTracer>().Start(new JobInfo { System = "test", Name = "job" });
        FlushResult result = await trace.EndAsync();
        await host.StopAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(log.Lines, Has.One.Contains(nameof(FileNotFoundException)));
        Assert.That(log.Lines, Has.None.Contains("sk-in-a-file"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task AddOpenAIExporter_OptionsConfiguredBeforeOrAfterIt_AreKept(bool before)
    {
        await using IngestServer server = await IngestServer.StartAsync();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        void Configure(OpenAIExporterOptions options)
        {
            server.Configure(options);
            options.ApiKey = "sk-code";
            options.Organization = "org-code";
            options.Project = "proj-code";
        }

        if (before)
            builder.Services.Configure<OpenAIExporterOptions>(Configure);
        builder.Services.AddWorkerTracing(static tracing => tracing.Flush = FlushMode.Wait).AddOpenAIExporter();
        if (!before)
            builder.Services.Configure<OpenAIExporterOptions>(Configure);
        IngestRequest request = await RequestOfAJobAsync(builder, server);

        Assert.Multiple(() =>
        {
            Assert.That(request.Headers["Authorization"], Is.EqualTo("Bearer sk-code"));
            Assert.That(request.Headers["OpenAI-Organization"], Is.EqualTo("org-code"));
            Assert.That(request.Headers["OpenAI-Project"], Is.EqualTo("proj-code"));
        });
    }

    [TestCase(null)]
    [TestCase("")]
    public async Task AddOpenAIExporter_KeyUnderTheVariablesNameInConfiguration_StandsInForAnEmptySection(string? section)
    {
        await using IngestServer server = await IngestServer.StartAsync();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["WorkerTracing:OpenAI:Endpoint"] = server.Endpoint.ToString();
        builder.Configuration["WorkerTracing:OpenAI:ApiKey"] = section;
        builder.Configuration["OPENAI_API_KEY"] = "sk-configured";
        builder.Services.AddWorkerTracing(static tracing => tracing.Flush = FlushMode.Wait).AddOpenAIExporter();

        Assert.That((await RequestOfAJobAsync(builder, server)).Headers["Authorization"], Is.EqualTo("Bearer sk-configured"));
    }

    [TestCase("MaxDelay", "soon", "WorkerTracing:OpenAI:MaxDelay is soon")]
    [TestCase("MaxDelay", "-00:00:01", "OpenAIExporterOptions.MaxDelay is -00:00:01")]
    [TestCase("BaseDelay", "1e3", "WorkerTracing:OpenAI:BaseDelay is 1e3")]
    [TestCase("BaseDelay", "00:10:00", "OpenAIExporterOptions.BaseDelay is 00:10:00")]
    [TestCase("RequestTimeout", "never", "WorkerTracing:OpenAI:RequestTimeout is never")]
    [TestCase("RequestTimeout", "00:00:00", "OpenAIExporterOptions.RequestTimeout is 00:00:00")]
    [TestCase("MaxRetries", "some", "WorkerTracing:OpenAI:MaxRetries is some")]
    [TestCase("MaxRetries", "99999999999", "WorkerTracing:OpenAI:MaxRetries is 99999999999")]
    [TestCase("MaxRetries", "101", "OpenAIExporterOptions.MaxRetries is 101")]
    [TestCase("IncludeContent", "maybe", "WorkerTracing:OpenAI:IncludeContent is maybe")]
    [TestCase("Endpoint", "nowhere", "WorkerTracing:OpenAI:Endpoint is nowhere")]
    [TestCase("Endpoint", "ftp://x/y", "OpenAIExporterOptions.Endpoint is ftp://x/y")]
    [TestCase("Organization", "a b", "OpenAIExporterOptions.Organization is a b")]
    [TestCase("Project", "a b", "OpenAIExporterOptions.Project is a b")]
    public void StartAsync_InvalidConfiguration_NamesTheOptionAndTheValue(string option, string value, string message)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration[$"WorkerTracing:OpenAI:{option}"] = value;
        builder.Services.AddWorkerTracing().AddOpenAIExporter();
        using IHost host = builder.Build();
        Assert.That(() => host.StartAsync(), Throws.InstanceOf<OptionsValidationException>().With.Message.Contains(message));
    }

    [Test]
    public async Task RunAsync_FiftyJobsAtOnce_ShareRequestsFourAtATime()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        server.Latency = TimeSpan.FromMilliseconds(20);
        using IHost host = await StartAsync(server);
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        await tracer.RunAsync("warm-up", static (_, _) => Task.CompletedTask);
        int before = server.Requests.Count;

        using var barrier = new Barrier(50);
        Task<JobTrace>[] jobs = [.. Enumerable.Range(0, 50).Select(_ => Task.Factory.StartNew(
            () =>
            {
                barrier.SignalAndWait();
                using JobTrace outer = tracer.Start(new JobInfo { System = "test", Name = "job" });
                for (int i = 0; i < 3; i++)
                    tracer.Start(new JobInfo { System = "test", Name = "step" }).Dispose();
                outer.End();
                return outer;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        JobTrace[] traces = await Task.WhenAll(jobs);
        await host.StopAsync();

        Assert.Multiple(() =>
        {
            Assert.That(traces.Select(static trace => trace.Result.Status), Has.All.EqualTo(FlushStatus.Delivered));
            Assert.That(server.Requests.Count - before, Is.LessThanOrEqualTo(40), "a fifth of a request for each of 200 spans");
            Assert.That(server.MostInFlight, Is.LessThanOrEqualTo(4));
        });
        TimeSpan[] waits = [.. traces.Select(static trace => trace.Result.Elapsed).Order()];
        TestContext.Out.WriteLine(
            $"median {waits[25].TotalMilliseconds:f1} ms, most {waits[^1].TotalMilliseconds:f1} ms, "
            + $"{server.Requests.Count - before} requests");
    }

    private static async Task<IngestRequest> RequestOfAJobAsync(HostApplicationBuilder builder, IngestServer server)
    {
        using IHost host = builder.Build();
        await host.StartAsync();
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        JobTrace trace = tracer.Start(new JobInfo { System = "test", Name = "job" });
        Assert.That((await trace.EndAsync()).Status, Is.EqualTo(FlushStatus.Delivered));
        await host.StopAsync();
        return server.Requests.First(request => request.Body.Contains($"trace_{trace.TraceId}", StringComparison.Ordinal));
    }

    private static async Task<IHost> StartAsync(
        IngestServer server,
        Action<OpenAIExporterOptions>? configure = null,
        Action<WorkerTracingBuilder>? builder = null)
    {
        HostApplicationBuilder host = Host.CreateEmptyApplicationBuilder(null);
        WorkerTracingBuilder tracing = host.Services.AddWorkerTracing(static options =>
        {
            options.Flush = FlushMode.Wait;
            options.FlushTimeout = TimeSpan.FromSeconds(30);
        }).AddOpenAIExporter(options =>
        {
            server.Configure(options);
            configure?.Invoke(options);
        });
        builder?.Invoke(tracing);
        IHost built = host.Build();
        await built.StartAsync();
        return built;
    }
}
