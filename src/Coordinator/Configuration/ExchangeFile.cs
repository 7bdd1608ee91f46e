using System.Text.Json;
using Ait.Chain;

namespace Ait.Coordinator.Configuration;

/// <summary>Where AIT trades: the dex.json that `ait dex` writes.</summary>
internal sealed record ExchangeFile(ulong ChainId, Address Token, Address WrappedCoin, Address Router, Address Pair)
{
    private const long MaxFile = 64 * 1024;

    /// <summary>The record at a path, null if there is none yet: a pool may be made long after the coordinator started.</summary>
    /// <exception cref="InvalidDataException">The file is anything else, or of another network.</exception>
    internal static ExchangeFile? Read(string path, Deployment deployment)
    {
        ExchangeFile? found;
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return null;
            }

            found = file.Length > MaxFile ? null : JsonSerializer.Deserialize(File.ReadAllBytes(path), ConfigurationJson.Default.ExchangeFile);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // Taken away just now.
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new InvalidDataException($"the record of the exchange cannot be read: {fault.Message}", fault);
        }

        if (found is null)
        {
            throw new InvalidDataException("the record of the exchange holds none");
        }

        return found.ChainId == deployment.ChainId && found.Token == deployment.Token
            ? found
            : throw new InvalidDataException($"the record of the exchange is of token {found.Token} on chain {found.ChainId}");
    }
}
