namespace Ait.Bench.Coordinator;

/// <summary>ASP.NET Core with nothing behind it: what a request costs at least on this machine now.</summary>
internal static class EchoChild
{
    internal const string Verb = "echo";

    internal static async Task<int> RunAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication application = builder.Build();
        await using (application)
        {
            application.MapPost("/echo", async context =>
            {
                context.Response.ContentType = "application/json";
                await context.Request.Body.CopyToAsync(context.Response.Body);
            });
            await application.StartAsync();
            Console.Out.WriteLine($"ready {application.Urls.First()}");
            Console.Out.Flush();
            while (await Console.In.ReadLineAsync() is not null)
            {
                Console.Out.WriteLine("0 0 0 0 0");
                Console.Out.Flush();
            }

            await application.StopAsync();
        }

        return 0;
    }
}
