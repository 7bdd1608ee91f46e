using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ait.Chain;

namespace Ait.Miner.Running;

/// <summary>Reads what a miner needs of deployment.json.</summary>
internal static class DeploymentFile
{
    private const int MaxBytes = 64 * 1024;

    public static bool TryRead(string path, [NotNullWhen(true)] out NetworkAddresses? addresses, [NotNullWhen(false)] out string? problem)
    {
        addresses = null;
        try
        {
            var file = new FileInfo(path);
            if (file.Length > MaxBytes)
            {
                problem = $"{path} is {file.Length} bytes; at most {MaxBytes} are read.";
                return false;
            }

            return TryParse(path, File.ReadAllBytes(path), out addresses, out problem);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"{path} cannot be read: {exception.Message}";
            return false;
        }
    }

    private static bool TryParse(string path, byte[] bytes, [NotNullWhen(true)] out NetworkAddresses? addresses, [NotNullWhen(false)] out string? problem)
    {
        addresses = null;
        problem = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("chainId", out JsonElement id) || id.ValueKind != JsonValueKind.Number || !id.TryGetUInt64(out ulong chainId))
            {
                problem = $"{path} names no chainId.";
                return false;
            }

            Address mining = Read(root, "miningRegistry", ref problem);
            Address devices = Read(root, "deviceRegistry", ref problem);
            Address cache = Read(root, "certificateCache", ref problem);
            if (!root.TryGetProperty("profile", out JsonElement profile) || profile.GetString() is not ("development" or "production"))
            {
                problem ??= "profile is neither development nor production.";
            }

            if (problem is not null)
            {
                problem = $"{path}: {problem}";
                return false;
            }

            addresses = new NetworkAddresses(chainId, mining, devices, cache, profile.GetString() ?? string.Empty);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            problem = $"{path} is not a deployment file: {exception.Message}";
            return false;
        }
    }

    private static Address Read(JsonElement root, string name, ref string? problem)
    {
        if (root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && Address.TryParse(value.GetString(), out Address address) && address != Address.Zero)
        {
            return address;
        }

        problem ??= $"{name} is not an address.";
        return Address.Zero;
    }
}
