using System.Diagnostics;
using MassTransit;
using Activity = System.Diagnostics.Activity;

namespace WorkerTracing.MassTransit.Tests;

public sealed class CourierTests
{
    [Test]
    public async Task Execute_RoutingSlip_EveryActivityIsAJobOfOneTrace()
    {
        await using TestBus bus = await TestBus.StartAsync(static x =>
        {
            x.AddActivity<ReserveActivity, ReserveArguments, ReserveLog>();
            x.AddExecuteActivity<ChargeActivity, ChargeArguments>();
        });

        ActivityTraceId trace = await ExecuteAsync(bus, decline: false);
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2, span => span.TraceId == trace);

        Assert.That(
            jobs.Select(job => job.DisplayName),
            Is.EqualTo(new[]
            {
                "CourierTests.ReserveActivity CourierTests.ReserveArguments",
                "CourierTests.ChargeActivity CourierTests.ChargeArguments",
            }));
        Assert.That(jobs[1].ParentSpanId, Is.EqualTo(jobs[0].SpanId), "the first activity sends the slip to the second");
        Assert.That(jobs.Select(job => job.Status), Has.None.EqualTo(ActivityStatusCode.Error));
    }

    [Test]
    public async Task Execute_ActivityThrows_ItFailsAndTheCompensationIsAJobToo()
    {
        await using TestBus bus = await TestBus.StartAsync(static x =>
        {
            x.AddActivity<ReserveActivity, ReserveArguments, ReserveLog>();
            x.AddExecuteActivity<ChargeActivity, ChargeArguments>();
        });

        ActivityTraceId trace = await ExecuteAsync(bus, decline: true);
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(3, span => span.TraceId == trace);

        Assert.That(
            jobs.Select(job => job.DisplayName),
            Is.EqualTo(new[]
            {
                "CourierTests.ReserveActivity CourierTests.ReserveArguments",
                "CourierTests.ChargeActivity CourierTests.ChargeArguments",
                "CourierTests.ReserveActivity CourierTests.ReserveLog",
            }));
        Assert.That(
            jobs[1].GetTagItem("error.type"),
            Is.EqualTo(typeof(InvalidOperationException).FullName),
            "MassTransit answers for it inside the job");
        Assert.That(jobs[2].Status, Is.Not.EqualTo(ActivityStatusCode.Error));
    }

    [Test]
    public async Task Execute_RetriedAtTheEndpoint_TheAttemptsAreInsideTheJob()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddExecuteActivity<FlakyActivity, ChargeArguments>(),
            static (_, cfg) => cfg.UseMessageRetry(r => r.Immediate(2)));
        bus.Scenario.OnConsume = static (_, call) => call < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;

        ActivityTraceId trace;
        using (Activity producer = TestSource.Start("producer"))
        {
            trace = producer.TraceId;
            var slip = new RoutingSlipBuilder(NewId.NextGuid());
            slip.AddActivity("flaky", new Uri("queue:Flaky_execute"), new { Decline = false });
            await bus.Bus.Execute(slip.Build());
        }

        IReadOnlyList<Activity> spans = await bus.JobsAsync(4, span => span.TraceId == trace);
        Assert.That(spans[0].Status, Is.Not.EqualTo(ActivityStatusCode.Error), "the last attempt succeeded");
        Assert.That(spans.Skip(1).Select(attempt => attempt.GetTagItem("worker_tracing.attempt")), Is.EqualTo(new object[] { 1, 2, 3 }));
        Assert.That(spans.Skip(1).Select(attempt => attempt.ParentSpanId), Is.All.EqualTo(spans[0].SpanId));
    }

    private static async Task<ActivityTraceId> ExecuteAsync(TestBus bus, bool decline)
    {
        using Activity producer = TestSource.Start("producer");
        var slip = new RoutingSlipBuilder(NewId.NextGuid());
        slip.AddActivity("reserve", new Uri("queue:Reserve_execute"), new { Order = "1" });
        slip.AddActivity("charge", new Uri("queue:Charge_execute"), new { Decline = decline });
        global::MassTransit.Courier.Contracts.RoutingSlip built = slip.Build();
        await bus.Bus.Execute(built);
        return producer.TraceId;
    }

    public sealed record ReserveArguments(string Order);

    public sealed record ReserveLog(string Order);

    public sealed record ChargeArguments(bool Decline);

    public sealed class ReserveActivity : IActivity<ReserveArguments, ReserveLog>
    {
        public Task<ExecutionResult> Execute(ExecuteContext<ReserveArguments> context) =>
            Task.FromResult(context.Completed(new ReserveLog(context.Arguments.Order)));

        public Task<CompensationResult> Compensate(CompensateContext<ReserveLog> context) => Task.FromResult(context.Compensated());
    }

    public sealed class ChargeActivity : IExecuteActivity<ChargeArguments>
    {
        public Task<ExecutionResult> Execute(ExecuteContext<ChargeArguments> context) =>
            context.Arguments.Decline ? throw new InvalidOperationException("declined") : Task.FromResult(context.Completed());
    }

    public sealed class FlakyActivity(Scenario scenario) : IExecuteActivity<ChargeArguments>
    {
        public async Task<ExecutionResult> Execute(ExecuteContext<ChargeArguments> context)
        {
            await scenario.ConsumeAsync(context);
            return context.Completed();
        }
    }
}
