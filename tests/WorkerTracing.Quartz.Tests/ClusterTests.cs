using System.Diagnostics;
using OpenTelemetry.Trace;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

/// <summary>Two schedulers in processes of their own share a job store on PostgreSQL.</summary>
public sealed class ClusterTests
{
    [Test]
    public async Task Kill_OfANodeInTheMiddleOfAJob_LosesNoTraceThatWasDelivered()
    {
        await using PostgresDatabase database = await PostgresDatabase.CreateAsync();
        await using var backend = new OtlpReceiver();
        string[] node = [database.ConnectionString, $"cluster-{Guid.NewGuid():N}", new Uri(backend.Endpoint, "v1/traces").ToString()];
        using TracerProvider tracing = OpenTelemetry.Sdk.CreateTracerProviderBuilder().AddSource(ScriptedJob.Source.Name).Build();
        IScheduler client = await SharedScheduler.CreateClientAsync(node[0], node[1]);

        await using NodeProcess first = await NodeProcess.StartAsync(node);
        ActivityContext caller = await ScheduleAsync(client);
        await first.WroteAsync("running", times: 2);
        await first.WroteAsync("flushed", times: 10);
        await using NodeProcess second = await NodeProcess.StartAsync(node);
        await first.KillAsync();

        await Until.TrueAsync(() => Recovered(backend).Count >= 2, "both unfinished jobs are recovered, and delivered");
        await second.StopAsync();
        await client.Shutdown();

        (string Status, string TraceId, string SpanId)[] flushes = [.. first.Lines.Concat(second.Lines)
            .Where(static line => line.StartsWith("flushed", StringComparison.Ordinal))
            .Select(Flush)];
        Assert.That(
            flushes.Select(static flush => flush.Status),
            Is.All.EqualTo(nameof(FlushStatus.Delivered)),
            "the backend was there all the time");
        Assert.That(
            flushes.Select(static flush => (flush.TraceId, flush.SpanId)),
            Is.SubsetOf(backend.Spans.Select(static span => (span.TraceId, span.SpanId))),
            "what a flush called delivered is there, whichever node was killed");

        IReadOnlyList<OtlpSpan> recovered = Recovered(backend);
        OtlpSpan triggered = recovered.Single(static span => span.Name == "triggered");
        OtlpSpan recurring = recovered.Single(static span => span.Name == "recurring");
        Assert.That(
            (triggered.TraceId, triggered.ParentSpanId),
            Is.EqualTo((caller.TraceId.ToHexString(), caller.SpanId.ToHexString())),
            "a recovery is still its caller's");
        Assert.That(recurring.ParentSpanId, Is.Empty, "the recovery of a recurring firing is nobody's");
        Assert.That(recurring.TraceId, Is.Not.EqualTo(caller.TraceId.ToHexString()));
        Assert.That(recurring.Attributes["worker_tracing.quartz.recovering_trigger"], Is.EqualTo($"{TriggerKey.DefaultGroup}.every hour"));
        Assert.That(
            backend.Spans.Select(static span => span.Attributes[ActivityTags.SchedulerId]).Distinct().Count(),
            Is.EqualTo(2),
            "both nodes ran jobs, and their spans tell them apart");
    }

    /// <summary>Schedules two jobs that don't end, one of them triggered and one recurring, and one that does, over and over.</summary>
    /// <returns>The span that triggered.</returns>
    private static async Task<ActivityContext> ScheduleAsync(IScheduler client)
    {
        ITrigger often = TriggerBuilder.Create()
            .StartNow()
            .WithSimpleSchedule(static schedule => schedule.WithInterval(TimeSpan.FromMilliseconds(50)).RepeatForever())
            .Build();
        await client.ScheduleJob(JobBuilder.Create<ShortJob>().WithIdentity("short").Build(), often);
        IJobDetail triggered = JobBuilder.Create<UnfinishedJob>().WithIdentity("triggered").StoreDurably().RequestRecovery().Build();
        await client.AddJob(triggered);

        using Activity caller = ScriptedJob.Source.StartActivity("caller")!;
        await client.ScheduleJob(
            JobBuilder.Create<UnfinishedJob>().WithIdentity("recurring").RequestRecovery().Build(),
            TriggerBuilder.Create().WithIdentity("every hour").StartNow().WithTraceContext()
                .WithSimpleSchedule(static schedule => schedule.WithInterval(TimeSpan.FromHours(1)).RepeatForever())
                .Build());
        await client.TriggerInTraceAsync(triggered.Key);
        return caller.Context;
    }

    private static IReadOnlyList<OtlpSpan> Recovered(OtlpReceiver backend) =>
        [.. backend.Spans.Where(static span => span.Attributes.GetValueOrDefault("worker_tracing.quartz.recovering") is true)];

    private static (string Status, string TraceId, string SpanId) Flush(string line)
    {
        string[] parts = line.Split(' ');
        return (parts[1], parts[2], parts[3]);
    }
}
