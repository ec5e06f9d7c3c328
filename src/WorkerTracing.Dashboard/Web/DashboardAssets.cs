using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace WorkerTracing;

/// <summary>The script, the style sheet and the icon of the page, from the assembly's resources.</summary>
internal static class DashboardAssets
{
    private static readonly Dictionary<string, Asset> All = new(StringComparer.Ordinal)
    {
        ["dashboard.js"] = Read("dashboard.js", "text/javascript; charset=utf-8"),
        ["dashboard.css"] = Read("dashboard.css", "text/css; charset=utf-8"),
        ["icon.svg"] = Read("icon.svg", "image/svg+xml"),
    };

    public static async Task WriteAsync(HttpContext http)
    {
        if (http.GetRouteValue("name") is not string name || !All.TryGetValue(name, out Asset? asset))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        DashboardHeaders.Set(http.Response);
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.ETag = asset.ETag;
        if (http.Request.Headers.IfNoneMatch == asset.ETag)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = asset.ContentType;
        http.Response.ContentLength = asset.Content.Length;
        await http.Response.Body.WriteAsync(asset.Content, http.RequestAborted).ConfigureAwait(false);
    }

    private static Asset Read(string name, string contentType)
    {
        using Stream resource = typeof(DashboardAssets).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly has no resource {name}.");
        byte[] content = new byte[resource.Length];
        resource.ReadExactly(content);
        return new Asset(content, contentType, $"\"{Convert.ToHexString(SHA256.HashData(content).AsSpan(0, 8))}\"");
    }

    private sealed record Asset(byte[] Content, string ContentType, string ETag);
}
