using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing;

/// <summary>Keeps the service collection of the application, in which the warnings at the start look for other libraries.</summary>
internal sealed class ConfiguredServices(IServiceCollection services)
{
    /// <summary>Returns true if a service type with this full name is registered.</summary>
    public bool Contains(string fullName) => services.Any(service => service.ServiceType.FullName == fullName);

    /// <summary>Gets the version of the assembly of a service type with this full name, or null.</summary>
    public Version? VersionOf(string fullName) =>
        services.FirstOrDefault(service => service.ServiceType.FullName == fullName)?.ServiceType.Assembly.GetName().Version;

    /// <summary>
    /// Returns true if a service type of this assembly is registered, or a factory. Quartz 3 lets an extension register only services of
    /// Quartz's own types.
    /// </summary>
    public bool ContainsTypeOf(string assembly) => services.Any(service =>
        service.ServiceType.Assembly.GetName().Name == assembly
            || (!service.IsKeyedService && service.ImplementationFactory?.Method.DeclaringType?.Assembly.GetName().Name == assembly));

    /// <summary>Returns true if this assembly registers a hosted service.</summary>
    public bool ContainsHostedServiceOf(string assembly) => services.Any(service =>
        service.ServiceType == typeof(IHostedService)
            && !service.IsKeyedService
            && (service.ImplementationType ?? service.ImplementationFactory?.Method.DeclaringType)?.Assembly.GetName().Name == assembly);
}
