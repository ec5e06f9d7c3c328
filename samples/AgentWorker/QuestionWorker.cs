using Microsoft.Extensions.Hosting;
using WorkerTracing;

namespace AgentWorker;

/// <summary>Takes question after question, each as a job with a trace of its own, and stops when there are none left.</summary>
internal sealed class QuestionWorker(JobTracer tracer, OrderAgent agent, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly string[] Questions = ["Where is my order 42?", "Is order 7 on its way?"];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (string question in Questions)
        {
            JobTrace? trace = null;
            string answer = await tracer.RunAsync(
                new JobInfo { System = "hosted", Name = "Answer a customer", GroupId = "chat_123" },
                async (job, cancellationToken) =>
                {
                    trace = job;
                    job.SetMetadata("channel", "mail");
                    return await agent.AnswerAsync(question, cancellationToken);
                },
                stoppingToken);
            Console.WriteLine($"{question} {answer}");
            Console.WriteLine(
                $"Its trace: {trace!.Result.Status}, {trace.Result.Exported} spans in {trace.Result.Elapsed.TotalMilliseconds:f0} ms.");
        }
        lifetime.StopApplication();
    }
}
