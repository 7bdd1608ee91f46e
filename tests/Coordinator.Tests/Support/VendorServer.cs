using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ait.Coordinator.Tests.Support;

/// <summary>A server on the loopback that answers as the vendors do; also as a proxy, since it looks at the path only.</summary>
internal sealed class VendorServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new();

    private VendorServer(WebApplication application) => _application = application;

    internal ConcurrentQueue<string> Asked { get; } = new();

    internal Uri Address { get; private set; } = new("http://127.0.0.1:1");

    internal static async Task<VendorServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        var server = new VendorServer(application);
        application.Run(server.AnswerAsync);
        await application.StartAsync();
        server.Address = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    internal void Put(string pathAndQuery, Func<HttpContext, Task> answer) => _answers[pathAndQuery] = answer;

    internal void Put(string pathAndQuery, byte[] body, params (string Name, string Value)[] headers) => Put(pathAndQuery, async context =>
    {
        foreach ((string name, string value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.Body.WriteAsync(body);
    });

    /// <summary>Refuses so many times, then answers.</summary>
    internal void PutAfter(int refusals, int status, string? retryAfter, string pathAndQuery, byte[] body)
    {
        int left = refusals;
        Put(pathAndQuery, async context =>
        {
            if (Interlocked.Decrement(ref left) >= 0)
            {
                context.Response.StatusCode = status;
                if (retryAfter is not null)
                {
                    context.Response.Headers.RetryAfter = retryAfter;
                }

                return;
            }

            await context.Response.Body.WriteAsync(body);
        });
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? string.Empty;
        Asked.Enqueue($"{context.Request.Method} {target}");
        string path = context.Request.Path + context.Request.QueryString;
        if (_answers.TryGetValue(path, out Func<HttpContext, Task>? answer))
        {
            return answer(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
