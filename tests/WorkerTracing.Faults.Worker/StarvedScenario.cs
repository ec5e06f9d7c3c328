using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Faults.Worker;

/// <summary>
/// Runs jobs on threads of their own while every thread of the pool is blocked, and more work than it will get threads for waits in its
/// queue.
/// </summary>
internal sealed class StarvedScenario : IScenario
{
    private const int Blocked = 500;

    public Task RunAsync(IHost host, WorkerPlan plan, WorkerReport report)
    {
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        var main = new Thread(() => Run(tracer, plan, report)); // this may be a thread of the pool
        main.Start();
        main.Join();
        return Task.CompletedTask;
    }

    private static void Run(JobTracer tracer, WorkerPlan plan, WorkerReport report)
    {
        for (int number = 0; number < plan.WarmUp; number++)
            report.Add(new Work(number, plan).Run(tracer), plan.FlushTimeout, unharmed: true);
        var release = new ManualResetEventSlim(); // the queued work outlives this
        var blocked = new CountdownEvent(Environment.ProcessorCount);
        ThreadPool.SetMinThreads(Environment.ProcessorCount, Environment.ProcessorCount);
        ThreadPool.SetMaxThreads(Environment.ProcessorCount, Environment.ProcessorCount);
        for (int i = 0; i < Blocked; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    if (!blocked.IsSet)
                        blocked.Signal();
                    release.Wait();
                },
                null);
        }

        blocked.Wait();
        var workers = new Thread[plan.Concurrency];
        for (int i = 0; i < workers.Length; i++)
        {
            int first = i;
            workers[i] = new Thread(() => RunJobs(tracer, plan, report, first));
            workers[i].Start();
        }

        foreach (Thread worker in workers)
            worker.Join();
        report.Jobs = plan.WarmUp + plan.Jobs;
        release.Set();
    }

    private static void RunJobs(JobTracer tracer, WorkerPlan plan, WorkerReport report, int first)
    {
        for (int number = first; number < plan.Jobs; number += plan.Concurrency)
            report.Add(new Work(number, plan).Run(tracer), plan.FlushTimeout, unharmed: true);
    }
}
