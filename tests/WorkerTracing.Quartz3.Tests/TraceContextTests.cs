using System.Diagnostics;
using Quartz;

namespace WorkerTracing.Quartz3.Tests;

/// <summary>The trace context that the application stores with a trigger. The relation to it is tested with Quartz 4.</summary>
public sealed class TraceContextTests
{
    [Test]
    public async Task TriggerJob_WithoutWithTraceContext_IsARoot()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            options: static options => options.Relation = TraceRelation.Child);
        IJobDetail job = ScriptedJob.Make(static (_, _) => Task.CompletedTask);
        await traced.Scheduler.AddJob(job);
        using Activity caller = ScriptedJob.Source.StartActivity("caller")!;

        await traced.Scheduler.TriggerJob(job.Key);

        Activity span = await traced.JobSpanAsync();
        Assert.That(span.TraceId, Is.Not.EqualTo(caller.TraceId), "nothing is stored that the application does not ask for");
        Assert.That(span.Links, Is.Empty);
        Assert.That(span.GetTagItem("workflow.trigger.type"), Is.EqualTo("manual"));
    }

    [Test]
    public async Task WithTraceContext_InATrace_StoresTheEntriesOfQuartz4()
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync();
        using Activity caller = ScriptedJob.Source.StartActivity("caller")!;
        caller.TraceStateString = "vendor=1";

        var data = new JobDataMap { ["customer"] = "4711" };
        ITrigger trigger = TriggerBuilder.Create().UsingJobData(data).WithTraceContext().Build();

        Assert.That(data.WithTraceContext(), Is.SameAs(data));
        Assert.That(data, Is.EquivalentTo(new Dictionary<string, object>
        {
            ["customer"] = "4711",
            ["QRTZ_TRACEPARENT"] = caller.Id!,
            ["QRTZ_TRACESTATE"] = "vendor=1",
        }));
        Assert.That(trigger.JobDataMap, Is.EquivalentTo(data));
    }

    [Test]
    public void WithTraceContext_WithoutATrace_StoresNothing([Values] bool undecided)
    {
        using Activity? request = undecided ? new Activity("request").Start() : null;

        Assert.That(new JobDataMap().WithTraceContext(), Is.Empty, "a request without a listener is no trace");
    }
}
