using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkerTracing;

/// <summary>
/// The certificates that the variables name: <c>OTEL_EXPORTER_OTLP_CERTIFICATE</c>, <c>_CLIENT_CERTIFICATE</c> and <c>_CLIENT_KEY</c>, and
/// those for traces (<c>OTEL_EXPORTER_OTLP_TRACES_*</c>) before them.
/// </summary>
internal sealed class OtlpCertificates
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";
    private const string TracesPrefix = "OTEL_EXPORTER_OTLP_TRACES_";

    private readonly X509Certificate2Collection? _authorities;
    private readonly X509Certificate2? _client;

    private OtlpCertificates(X509Certificate2Collection? authorities, X509Certificate2? client)
    {
        _authorities = authorities;
        _client = client;
    }

    /// <summary>Loads them.</summary>
    /// <returns>Null if there are none, or if none can be loaded.</returns>
    public static OtlpCertificates? Load(OtlpContext context)
    {
        (string? name, string? path) = Find("CERTIFICATE", context);
        X509Certificate2Collection? authorities = path is null
            ? null
            : TryLoad(name!, path, "the system's certificate authorities", () => LoadAuthorities(path), context);
        (name, path) = Find("CLIENT_CERTIFICATE", context);
        X509Certificate2? client = path is null
            ? null
            : TryLoad(name!, path, "no client certificate", () => LoadClient(path, Find("CLIENT_KEY", context).Path), context);
        return authorities is null && client is null ? null : new OtlpCertificates(authorities, client);
    }

    public void Apply(SslClientAuthenticationOptions options)
    {
        if (_client is not null)
            options.ClientCertificates = [_client];
        if (_authorities is null)
            return;
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        options.CertificateChainPolicy.CustomTrustStore.AddRange(_authorities);
    }

    private static (string? Name, string? Path) Find(string suffix, OtlpContext context)
    {
        foreach (string prefix in (ReadOnlySpan<string>)[TracesPrefix, Prefix])
        {
            if (context.Variable(prefix + suffix) is { } path && !string.IsNullOrWhiteSpace(path))
                return (prefix + suffix, path);
        }

        return default;
    }

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(path);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("The file holds no certificate.");
    }

    /// <summary>Loads the client's certificate with its key, which is in a file of its own or in the same one: PEM, or PKCS #12.</summary>
    private static X509Certificate2 LoadClient(string path, string? keyPath)
    {
        if (keyPath is not null)
            return X509Certificate2.CreateFromPemFile(path, keyPath);
        return X509Certificate2.GetCertContentType(path) == X509ContentType.Pkcs12
            ? X509CertificateLoader.LoadPkcs12FromFile(path, password: null)
            : X509Certificate2.CreateFromPemFile(path);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the application's files: whatever is wrong, the host starts.")]
    private static T? TryLoad<T>(string name, string path, string used, Func<T> load, OtlpContext context)
        where T : class
    {
        try
        {
            return load();
        }
        catch (Exception exception)
        {
            context.Ignored.Add(name, path, $"a certificate that can be loaded ({exception.GetType().Name})", used);
            return null;
        }
    }
}
