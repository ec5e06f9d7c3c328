using System.Diagnostics;
using Quartz;
using Quartz.Spi;

namespace WorkerTracing.Quartz3.Tests;

/// <summary>A job factory of the application's own, which can be set and not be read.</summary>
public sealed class JobFactoryTests
{
    [Test]
    public async Task Execute_OfAJobFromTheApplicationsFactory_IsInTheJobsSpan([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment);
        var factory = new WrappingFactory();
        traced.Scheduler.JobFactory = factory;

        await traced.TriggerAsync(static async (_, _) =>
        {
            await Task.Yield();
            ScriptedJob.Source.StartActivity("child")?.Dispose();
        });

        Activity job = await traced.JobSpanAsync();
        await traced.DrainAsync();
        Assert.That(
            traced.Trace(job.TraceId).Select(static span => (span.DisplayName, span.ParentSpanId)),
            Is.EquivalentTo(new[] { ("child", job.SpanId), ("around", job.SpanId), (job.DisplayName, default) }));
        Assert.That(factory.Returned, Is.EqualTo(1));
    }

    private sealed class WrappingFactory : IJobFactory
    {
        private int _returned;

        public int Returned => Volatile.Read(ref _returned);

        public IJob NewJob(TriggerFiredBundle bundle, IScheduler scheduler) =>
            new Wrapper((IJob)Activator.CreateInstance(bundle.JobDetail.JobType)!);

        public void ReturnJob(IJob job) => Interlocked.Increment(ref _returned);
    }

    private sealed class Wrapper(IJob inner) : IJob
    {
        public async Task Execute(IJobExecutionContext context)
        {
            ScriptedJob.Source.StartActivity("around")?.Dispose();
            await inner.Execute(context);
        }
    }
}
