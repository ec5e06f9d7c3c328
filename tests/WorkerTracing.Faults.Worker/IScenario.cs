using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Faults.Worker;

/// <summary>The work of a worker, between the start of its host and its stop.</summary>
internal interface IScenario
{
    Task RunAsync(IHost host, WorkerPlan plan, WorkerReport report);
}
