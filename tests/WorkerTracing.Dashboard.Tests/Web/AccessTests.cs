using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>Who may open the page.</summary>
public sealed class AccessTests
{
    private static readonly string[] Paths =
    [
        "/worker-tracing", "/worker-tracing/delivery", "/worker-tracing/traces/0af7651916cd43dd8448eb211c80319c",
        "/worker-tracing/assets/dashboard.js",
        "/worker-tracing/api/overview", "/worker-tracing/api/jobs", "/worker-tracing/api/traces/0af7651916cd43dd8448eb211c80319c",
        "/worker-tracing/api/traces/0af7651916cd43dd8448eb211c80319c/otlp", "/worker-tracing/api/events",
    ];

    [TestCaseSource(nameof(Paths))]
    public async Task Request_FromAnotherMachine_IsRefused(string path)
    {
        await using DashboardApp app = await DashboardApp.StartAsync(before: static web => DashboardApp.From(web, "192.0.2.7"));

        Assert.That(await app.StatusAsync(static _ => { }, path), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [TestCase("Forwarded", "for=192.0.2.7")]
    [TestCase("X-Forwarded-For", "192.0.2.7")]
    [TestCase("X-Forwarded-Host", "jobs.example")]
    [TestCase("x-forwarded-anything", "1")]
    [TestCase("Via", "1.1 proxy")]
    [TestCase("Host", "jobs.example")]
    [TestCase("Host", "127.0.0.1.jobs.example")]
    public async Task Request_ThatPassedAProxyOrNamesAnotherHost_IsRefused(string header, string value)
    {
        await using DashboardApp app = await DashboardApp.StartAsync();

        Assert.That(
            await app.StatusAsync(request => request.Headers.TryAddWithoutValidation(header, value)),
            Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [TestCase("localhost")]
    [TestCase("127.0.0.1:5080")]
    [TestCase("127.8.8.8")]
    [TestCase("[::1]:5080")]
    public async Task Request_FromThisMachine_IsAnswered(string host)
    {
        await using DashboardApp app = await DashboardApp.StartAsync();

        Assert.That(await app.StatusAsync(request => request.Headers.Host = host), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Refusal_ToAPerson_SaysWhatToDo()
    {
        await using DashboardApp app = await DashboardApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/worker-tracing");
        request.Headers.Via.ParseAdd("1.1 proxy");

        string text = await (await app.Client.SendAsync(request)).Content.ReadAsStringAsync();

        Assert.That(text, Does.Contain("RequireAuthorization").And.Contain("Authorize"));
    }

    [TestCase(true, HttpStatusCode.OK)]
    [TestCase(false, HttpStatusCode.Forbidden)]
    public async Task Authorize_WhereItIsSet_Decides(bool allows, HttpStatusCode expected)
    {
        await using DashboardApp app = await DashboardApp.StartAsync(
            options => options.Authorize = _ => allows, before: static web => DashboardApp.From(web, "192.0.2.7"));

        Assert.That(await app.StatusAsync(static _ => { }), Is.EqualTo(expected));
    }

    [Test]
    public async Task Authorize_ThatThrows_Refuses()
    {
        await using DashboardApp app = await DashboardApp.StartAsync(
            static options => options.Authorize = static _ => throw new FormatException());

        Assert.That(await app.StatusAsync(static _ => { }), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [TestCase(true, HttpStatusCode.OK)]
    [TestCase(false, HttpStatusCode.Unauthorized)]
    public async Task AuthorizationMetadata_OnTheEndpoints_ReplacesTheRule(bool signedIn, HttpStatusCode expected)
    {
        await using DashboardApp app = await DashboardApp.StartAsync(
            services: services =>
            {
                services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, TestAuthentication>("test", null);
                services.AddAuthorization();
            },
            before: web =>
            {
                DashboardApp.From(web, "192.0.2.7");
                web.Use((HttpContext http, RequestDelegate next) =>
                {
                    http.Items["signed in"] = signedIn;
                    return next(http);
                });
                web.UseAuthentication();
                web.UseAuthorization();
            },
            map: static endpoints => endpoints.RequireAuthorization());

        Assert.That(await app.StatusAsync(static _ => { }), Is.EqualTo(expected));
    }

    [Test]
    public async Task AllowAnonymous_OnTheEndpoints_ReplacesTheRule()
    {
        await using DashboardApp app = await DashboardApp.StartAsync(
            before: static web => DashboardApp.From(web, "192.0.2.7"), map: static endpoints => endpoints.AllowAnonymous());

        Assert.That(await app.StatusAsync(static _ => { }), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Methods_ThatWrite_AreNotThere()
    {
        await using DashboardApp app = await DashboardApp.StartAsync();

        foreach (string path in Paths)
        {
            HttpResponseMessage answer = await app.Client.PostAsync(path, null);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed), path);
        }
    }
}
