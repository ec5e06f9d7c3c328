namespace WorkerTracing;

/// <summary>Creates a named client of <c>IHttpClientFactory</c>, which is in a package that this one does not reference.</summary>
internal static class NamedHttpClient
{
    /// <summary>The name that OpenTelemetry's own registration uses.</summary>
    public const string OtlpTraceExporter = "OtlpTraceExporter";

    /// <returns>The client, or null where the application does not register the factory.</returns>
    public static HttpClient? Create(IServiceProvider services, string name)
    {
        var type = Type.GetType("System.Net.Http.IHttpClientFactory, Microsoft.Extensions.Http", throwOnError: false);
        if (type is null || services.GetService(type) is not { } factory)
            return null;
        return (HttpClient?)type.GetMethod("CreateClient", [typeof(string)])?.Invoke(factory, [name]);
    }
}
