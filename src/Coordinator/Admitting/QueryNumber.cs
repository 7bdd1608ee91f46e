using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Ait.Coordinator.Admitting;

/// <summary>Whole numbers in a query string.</summary>
internal static class QueryNumber
{
    /// <summary>The number of this name, <paramref name="otherwise"/> if it is absent; refused if it is anything but digits within the range.</summary>
    internal static bool TryRead(HttpContext context, string name, long otherwise, long least, long most, out long number, [NotNullWhen(false)] out Refusal? refusal)
    {
        string? text = context.Request.Query[name];
        number = otherwise;
        refusal = text is null || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most)
            ? null
            : RequestAdmission.Malformed($"{name} from {least} to {most}", text);
        return refusal is null;
    }
}
