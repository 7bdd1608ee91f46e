using System.Text.Json;

namespace Ait.Engine.Importing;

internal static class JsonElementNumbers
{
    /// <summary>The whole number; false for whatever else stands there.</summary>
    public static bool TryGetInt64Safely(this JsonElement element, out long value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out value);
    }
}
