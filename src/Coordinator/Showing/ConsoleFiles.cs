using Microsoft.Extensions.FileProviders;

namespace Ait.Coordinator.Showing;

/// <summary>Serves the built console. It asks nobody but this coordinator, and the browser is told to hold it to that.</summary>
internal static class ConsoleFiles
{
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Only the console's own files are compressed: an answer that may hold a secret beside a stranger's text had better not be.</summary>
    internal static IServiceCollection AddConsole(this IServiceCollection services) => services.AddResponseCompression(options =>
    {
        options.EnableForHttps = true;
        options.MimeTypes = ["text/html", "text/css", "text/javascript", "image/svg+xml"];
    });

    /// <summary>Before the routes: the files of the folder at <c>/</c>; a folder of null serves none.</summary>
    internal static void UseConsole(this WebApplication application, string? folder)
    {
        if (folder is null)
        {
            return;
        }

        application.UseResponseCompression();
        var files = new PhysicalFileProvider(folder);
        application.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        application.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = served =>
            {
                IHeaderDictionary headers = served.Context.Response.Headers;
                headers.ContentSecurityPolicy = ContentPolicy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";

                // Names of assets carry their content's hash; the page that names them does not.
                headers.CacheControl = served.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache";
            },
        });
    }
}
