using System.Diagnostics;
using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>Firings that never reach their job.</summary>
public sealed class StoppedFiringTests
{
    [Test]
    public async Task JobListener_ThatThrowsBeforeTheJob_LeavesOneErrorSpan([Values] Attachment attachment, [Values] bool beforeOurs)
    {
        var throwing = new ThrowingListener();
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            static options => options.Flush = FlushMode.Wait,
            beforeOurs ? q => q.AddJobListener(throwing) : null);
        await traced.TriggerAsync(static _ => { });
        await traced.JobSpanAsync();
        if (!beforeOurs)
            traced.Scheduler.ListenerManager.AddJobListener(throwing);
        throwing.IsOn = true;

        bool ran = false;
        JobKey job = await traced.TriggerAsync(_ => ran = true);

        IReadOnlyList<Activity> spans = await traced.JobSpansAsync(2);
        await traced.DrainAsync();
        Assert.That(ran, Is.False);
        Assert.That(traced.JobSpans, Has.Count.EqualTo(2));
        Assert.That(spans[1].DisplayName, Is.EqualTo(job.Name));
        Assert.That(spans[1].Status, Is.EqualTo(ActivityStatusCode.Error));
        Assert.That(spans[1].GetTagItem("error.type"), Is.EqualTo(typeof(InvalidOperationException).FullName));
        Assert.That(traced.Exporter.SpansOf(spans[1].TraceId), Has.Count.EqualTo(1), "the flush mode holds for it too");
        Assert.That(Firing.Announced.Values.Where(firing => firing.Scheduler.SchedulerName == traced.Name), Is.Empty);
    }

    [Test]
    public async Task JobListener_ThatThrowsAfterTheJob_LeavesTheJobsOwnSpanAlone([Values] Attachment attachment)
    {
        var throwing = new ThrowingListener { Afterwards = true };
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment);
        traced.Scheduler.ListenerManager.AddJobListener(throwing);
        throwing.IsOn = true;

        await traced.TriggerAsync(static _ => { });

        await traced.JobSpanAsync();
        await traced.DrainAsync();
        Assert.That(traced.JobSpans, Has.Count.EqualTo(1));
        Assert.That(traced.JobSpans[0].GetTagItem("workflow.execution.result"), Is.EqualTo("success"));
    }

    [Test]
    public async Task TriggerListener_ThatThrows_LeavesAnErrorSpan([Values] Attachment attachment)
    {
        var throwing = new ThrowingTriggerListener();
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, quartz: q => q.AddTriggerListener(throwing));
        await traced.TriggerAsync(static _ => { });
        await traced.JobSpanAsync();
        throwing.IsOn = true;

        JobKey job = await traced.TriggerAsync(static _ => { });

        IReadOnlyList<Activity> spans = await traced.JobSpansAsync(2);
        Assert.That(spans[1].DisplayName, Is.EqualTo(job.Name));
        Assert.That(spans[1].GetTagItem("error.type"), Is.EqualTo(typeof(InvalidOperationException).FullName));
    }

    private sealed class ThrowingListener : TestJobListener
    {
        public bool IsOn { get; set; }

        public bool Afterwards { get; init; }

        protected override void Before(IJobExecutionContext context)
        {
            if (IsOn && !Afterwards)
                throw new InvalidOperationException("before");
        }

        protected override void After(IJobExecutionContext context)
        {
            if (IsOn && Afterwards)
                throw new InvalidOperationException("after");
        }
    }

    private sealed class ThrowingTriggerListener : TestTriggerListener
    {
        public bool IsOn { get; set; }

        protected override bool Vetoes(IJobExecutionContext context) =>
            IsOn ? throw new InvalidOperationException("fired") : false;
    }
}
