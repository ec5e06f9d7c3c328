using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;

namespace WorkerTracing.Tests;

/// <summary>TLS with the certificates that the variables name: the authority to trust, and the client's own.</summary>
[TestFixture(OtlpExportProtocol.HttpProtobuf)]
[TestFixture(OtlpExportProtocol.Grpc)]
public sealed class OtlpTlsTests(OtlpExportProtocol protocol)
{
    private readonly LogLines _log = new();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Export_BackendThatAsksForACertificate_GetsTheOneOfTheVariables()
    {
        using X509Certificate2 server = Certificate("localhost");
        using X509Certificate2 client = Certificate("the worker");
        await using WebApplication backend = await StartAsync(server);
        Dictionary<string, string> variables = new()
        {
            ["OTEL_EXPORTER_OTLP_CERTIFICATE"] = Write("authority.pem", server.ExportCertificatePem()),
            ["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] = Write("client.pem", client.ExportCertificatePem()),
            ["OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY"] = Write("client.key", client.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };

        Assert.That(Export(backend, variables), Is.EqualTo(ExportOutcome.Delivered));
        Assert.That(Subjects, Is.EqualTo(new[] { "CN=the worker" }));
    }

    [Test]
    public async Task Export_AuthorityThatIsNotTrusted_KeepsTheSpan()
    {
        using X509Certificate2 server = Certificate("localhost");
        await using WebApplication backend = await StartAsync(server);

        Assert.That(Export(backend, []), Is.EqualTo(ExportOutcome.Retained));
        Assert.That(Subjects, Is.Empty);
        Assert.That(_log.ToString(), Does.Contain("OTEL_EXPORTER_OTLP_CERTIFICATE names authorities to trust"));
    }

    private List<string> Subjects { get; } = [];

    private ExportOutcome Export(WebApplication backend, Dictionary<string, string> variables)
    {
        int port = new Uri(backend.Urls.Single()).Port;
        var settings = OtlpSettings.Of(
            new OtlpExporterOptions { Endpoint = new Uri($"https://localhost:{port}"), Protocol = protocol, TimeoutMilliseconds = 120_000 },
            new OtlpContext { Variable = name => variables.GetValueOrDefault(name) });
        using var exporter = new OtlpSpanExporter(settings, _log, TimeProvider.System);
        using var source = new SpanSource();
        var outcomes = new ExportOutcome[1];
        exporter.Export(new Activity[] { source.Span("secret") }, outcomes, CancellationToken.None);
        return outcomes[0];
    }

    private async Task<WebApplication> StartAsync(X509Certificate2 certificate)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocol == OtlpExportProtocol.Grpc ? HttpProtocols.Http2 : HttpProtocols.Http1;
            listen.UseHttps(certificate, static https =>
            {
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.AllowAnyClientCertificate();
            });
        }));
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            Subjects.Add(context.Connection.ClientCertificate!.Subject);
            if (protocol == OtlpExportProtocol.Grpc)
            {
                context.Response.ContentType = "application/grpc";
                context.Response.AppendTrailer("grpc-status", "0");
            }
        });
        await app.StartAsync();
        return app;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
    }
}
