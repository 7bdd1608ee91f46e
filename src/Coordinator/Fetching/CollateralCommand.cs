using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ait.Attestation;
using Ait.Coordinator.Configuration;

namespace Ait.Coordinator.Fetching;

/// <summary><c>Ait.Coordinator collateral list|export FILE|import FILE</c>: what is on disk, and bundles for machines without a way to the vendors.</summary>
internal static class CollateralCommand
{
    internal const string Name = "collateral";

    internal const string Help = """
        Ait.Coordinator collateral: what vendors publish about their hardware, kept on disk and verified each time it is used.

          collateral list          --collateral DIR [--deployment FILE] [--json]   each piece, what it is, until when it holds
          collateral export FILE   --collateral DIR [--deployment FILE]            everything that holds now, in one file
          collateral import FILE   --collateral DIR [--deployment FILE]            a bundle, whole or not at all

        Without --deployment the vendors' own roots are the ones believed; a development network's file names its own.
        Exit codes: 0 done, 1 something does not hold or was refused, 2 wrong arguments or surroundings.

        """;

    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, TimeProvider clock)
    {
        if (arguments.Count == 0 || arguments.Any(argument => argument is "--help" or "-h"))
        {
            await output.WriteAsync(Help);
            return arguments.Count == 0 ? 2 : 0;
        }

        try
        {
            CollateralArguments parsed = CollateralArguments.Parse(arguments);
            TrustRoots roots = parsed.DeploymentFile is null ? TrustRoots.Production : Deployment.Load(parsed.DeploymentFile).TrustRoots();
            var store = new CollateralStore(parsed.Folder);
            var verifier = new CollateralVerifier(roots);
            DateTimeOffset now = clock.GetUtcNow();
            return parsed.Verb switch
            {
                "list" => await ListAsync(CollateralShelf.Read(store, verifier, now), parsed.Json, output),
                "export" => await ExportAsync(CollateralShelf.Read(store, verifier, now), parsed.File!, output), // Parse demands a file for both
                _ => await ImportAsync(store, verifier, parsed.File!, now, output, error),
            };
        }
        catch (StartupException fault)
        {
            await error.WriteLineAsync(fault.Message);
            return 2;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"A file cannot be read or written: {fault.Message} Check the path, its owner and the free disk space.");
            return 2;
        }
    }

    private static async Task<int> ListAsync(CollateralShelf shelf, bool json, TextWriter output)
    {
        foreach (CollateralItem item in shelf.Items)
        {
            await output.WriteLineAsync(json
                ? Json(item.Key.Text, item.Subject, item.ExpiresAt, null)
                : string.Create(CultureInfo.InvariantCulture, $"until {item.ExpiresAt:yyyy-MM-dd HH:mm} UTC  {item.Key.Text}  {item.Subject}"));
        }

        foreach ((CollateralKey key, RefusalReason refusal) in shelf.Refused.Where(_ => json))
        {
            await output.WriteLineAsync(Json(key.Text, null, null, refusal.ToString()));
        }

        foreach (string warning in shelf.Warnings().Where(_ => !json))
        {
            await output.WriteLineAsync($"! {warning}");
        }

        if (!json)
        {
            await output.WriteLineAsync($"{shelf.Items.Length} pieces hold, {shelf.Refused.Length} do not.");
        }

        return shelf.Refused.IsEmpty ? 0 : 1;
    }

    private static async Task<int> ExportAsync(CollateralShelf shelf, string file, TextWriter output)
    {
        string temporary = $"{file}.{Guid.NewGuid():N}.new";
        try
        {
            await File.WriteAllBytesAsync(temporary, CollateralBundle.Write(shelf.Items));
            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        string first = shelf.Items.IsEmpty ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"; the first ends on {shelf.Items.Min(item => item.ExpiresAt):yyyy-MM-dd HH:mm} UTC");
        await output.WriteLineAsync($"{shelf.Items.Length} pieces exported to {file}{first}.");
        return 0;
    }

    private static async Task<int> ImportAsync(CollateralStore store, CollateralVerifier verifier, string file, DateTimeOffset now, TextWriter output, TextWriter error)
    {
        var info = new FileInfo(file);
        if (!info.Exists || info.Length > CollateralBundle.MaxFile)
        {
            throw new StartupException([$"{file} {(info.Exists ? $"is larger than {CollateralBundle.MaxFile} bytes" : "does not exist")}; name a file that 'collateral export' wrote."]);
        }

        (ImmutableArray<CollateralItem> items, ImmutableArray<string> faults) = CollateralBundle.Read(await File.ReadAllBytesAsync(file), verifier, now);
        foreach (string fault in faults)
        {
            await error.WriteLineAsync($"{file}: {fault}");
        }

        if (!faults.IsEmpty)
        {
            await error.WriteLineAsync("Nothing was imported. Export the bundle again on a machine that reaches the vendors.");
            return 1;
        }

        foreach (CollateralItem item in items)
        {
            store.Put(item);
        }

        await output.WriteLineAsync($"{items.Length} pieces imported.");
        return 0;
    }

    private static string Json(string key, string? subject, DateTimeOffset? until, string? refusal)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteBoolean("holds", refusal is null);
            if (refusal is null)
            {
                json.WriteString("subject", subject);
                json.WriteString("expiresAt", until?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            }
            else
            {
                json.WriteString("refusal", refusal);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
