using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>The document of all views. The script decides from the address which view to show.</summary>
internal sealed class DashboardPage(IServiceProvider services, string pattern)
{
    private readonly string? _traceUrl = services.GetRequiredService<IOptions<WorkerTracingDashboardOptions>>().Value.TraceUrl;
    private readonly string _application = services.GetService<IHostEnvironment>()?.ApplicationName ?? "";

    public async Task WriteAsync(HttpContext http)
    {
        DashboardHeaders.Set(http.Response);
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        string root = Encode($"{http.Request.PathBase}/{pattern.Trim('/')}".TrimEnd('/'));
        byte[] document = Encoding.UTF8.GetBytes(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Jobs - WorkerTracing</title>
            <link rel="icon" href="{root}/assets/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="{root}/assets/dashboard.css">
            <script src="{root}/assets/dashboard.js" defer></script>
            </head>
            <body data-root="{root}" data-trace-url="{Encode(_traceUrl ?? "")}">
            <a class="skip" href="#main">Skip to the content</a>
            <header class="bar">
            <a class="brand" href="{root}" aria-label="WorkerTracing">
            <img src="{root}/assets/icon.svg" alt="" width="28" height="28"><span>WorkerTracing</span>
            </a>
            <nav aria-label="Views">
            <a href="{root}" data-view="jobs">Jobs</a>
            <a href="{root}/delivery" data-view="delivery">Delivery</a>
            </nav>
            <span class="application">{Encode(_application)}</span>
            <span class="live" id="live" role="status">connecting</span>
            </header>
            <main id="main" tabindex="-1"><noscript>This page needs JavaScript.</noscript></main>
            </body>
            </html>
            """);
        http.Response.ContentLength = document.Length;
        await http.Response.Body.WriteAsync(document, http.RequestAborted).ConfigureAwait(false);
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
