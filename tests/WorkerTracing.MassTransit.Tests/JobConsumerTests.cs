using System.Diagnostics;
using MassTransit;
using MassTransit.Contracts.JobService;

namespace WorkerTracing.MassTransit.Tests;

public sealed class JobConsumerTests
{
    [Test]
    public async Task Run_JobConsumer_TheTraceCoversTheJobAndOnlyTheJob()
    {
        await using TestBus bus = await StartAsync(retries: 0);

        ActivityContext producer = await SubmitAsync(bus);
        await bus.Scenario.CalledAsync();
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(1, span => span.TraceId == producer.TraceId);

        Assert.Multiple(() =>
        {
            Assert.That(jobs[0].DisplayName, Is.EqualTo("JobConsumerTests.ConvertConsumer JobConsumerTests.ConvertVideo"));
            Assert.That(jobs[0].ParentSpanId, Is.EqualTo(producer.SpanId), "the control messages in between hand the trace on");
            Assert.That(
                bus.Exporter.SpansOf(producer.TraceId).Select(span => span.Source.Name),
                Has.Exactly(1).EqualTo("WorkerTracing"),
                "control messages are not jobs");
            Assert.That(JobTrace.Of(jobs[0])!.Job.Member, Is.EqualTo(typeof(ConvertConsumer)));
        });
    }

    [Test]
    public async Task Run_JobIsRetried_EveryAttemptIsInTheSameTraceAndChained()
    {
        await using TestBus bus = await StartAsync(retries: 1);
        bus.Scenario.OnConsume = static (_, call) => call == 1 ? throw new InvalidOperationException("codec") : Task.CompletedTask;

        ActivityContext producer = await SubmitAsync(bus);
        await bus.Scenario.CalledAsync(2);
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2, span => span.TraceId == producer.TraceId);

        Assert.Multiple(() =>
        {
            Assert.That(jobs.Select(job => job.GetTagItem("worker_tracing.attempt")), Is.EqualTo(new object[] { 1, 2 }));
            Assert.That(
                jobs[0].GetTagItem("error.type"),
                Is.EqualTo(typeof(InvalidOperationException).FullName),
                "MassTransit answers for it inside the job");
            Assert.That(jobs[1].Status, Is.Not.EqualTo(ActivityStatusCode.Error));
            Assert.That(jobs[1].Links.Select(link => link.Context.SpanId), Does.Contain(jobs[0].SpanId));
        });
    }

    [Test]
    public async Task Run_Wait_FlushesWhenTheJobHasEnded()
    {
        await using TestBus bus = await StartAsync(retries: 0, FlushMode.Wait);

        await SubmitAsync(bus);
        await bus.Scenario.CalledAsync();
        JobTrace trace = bus.Scenario.Seen.Single()!;

        await Testing.Until.TrueAsync(() => trace.Result.Status == FlushStatus.Delivered, "the job's own flush is delivered");
        Assert.That(bus.Exporter.SpansOf(trace.TraceId).Select(span => span.SpanId), Does.Contain(trace.Activity!.SpanId));
    }

    private static Task<TestBus> StartAsync(int retries, FlushMode flush = FlushMode.None) => TestBus.StartAsync(
        x =>
        {
            x.AddDelayedMessageScheduler();
            x.AddConsumer<ConvertConsumer>(c => c.Options<JobOptions<ConvertVideo>>(o =>
            {
                o.SetJobTimeout(TimeSpan.FromMinutes(1)).SetConcurrentJobLimit(4);
                if (retries > 0)
                    o.SetRetry(r => r.Immediate(retries));
            }));
            x.SetJobConsumerOptions();
            x.AddJobSagaStateMachines();
            x.SetInMemorySagaRepositoryProvider();
        },
        static (_, cfg) => cfg.UseDelayedMessageScheduler(),
        new WorkerTracingOptions { Flush = flush });

    private static async Task<ActivityContext> SubmitAsync(TestBus bus)
    {
        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish<SubmitJob<ConvertVideo>>(new { JobId = NewId.NextGuid(), Job = new ConvertVideo("a.mp4") });
        return producer.Context;
    }

    public sealed record ConvertVideo(string Path);

    public sealed class ConvertConsumer(Scenario scenario) : IJobConsumer<ConvertVideo>
    {
        public Task Run(JobContext<ConvertVideo> context) => scenario.RunAsync(context);
    }
}
