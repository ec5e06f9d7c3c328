namespace WorkerTracing;

/// <summary>Compares the addresses of OTLP exporters: two texts can name one backend.</summary>
internal static class BackendAddress
{
    private const int GrpcPort = 4317;
    private const int HttpPort = 4318;

    /// <summary>
    /// Gets a text that is equal for addresses of one backend: names of this machine are one name, a collector's two ports are one port,
    /// and the path that the protocol appends is left out.
    /// </summary>
    public static string KeyOf(string address, string? protocol)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri))
            return address;
        string host = uri.IsLoopback ? "localhost" : uri.Host;
        int port = uri.Port == HttpPort ? GrpcPort : uri.Port;
        string path = protocol == "grpc" ? "" : uri.PathAndQuery.Replace("/v1/traces", "", StringComparison.Ordinal).TrimEnd('/');
        return $"{host}:{port}{path}";
    }

    /// <summary>Gets the address as a reader expects it: over gRPC without the path, which is the same for every server.</summary>
    public static string Show(string address, string? protocol) =>
        protocol == "grpc" && Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) ? uri.GetLeftPart(UriPartial.Authority) : address;
}
