using Microsoft.Extensions.DependencyInjection;

namespace WorkerTracing;

/// <summary>
/// What <see cref="WorkerTracingServiceCollectionExtensions.AddWorkerTracing"/> returns, to add exporters and sources to.
/// </summary>
public sealed class WorkerTracingBuilder
{
    internal WorkerTracingBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services that are being configured.</summary>
    public IServiceCollection Services { get; }
}
