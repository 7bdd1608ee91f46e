using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Admitting;

/// <summary>The body of a request, read within the limit.</summary>
internal static class JsonBody
{
    /// <summary>The body as a message, or why it is none.</summary>
    internal static async Task<(T? Body, Refusal? Refusal)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class => await ReadBytesAsync(context) is byte[] bytes ? Parse(bytes, type) : (null, TooLarge());

    internal static (T? Body, Refusal? Refusal) Parse<T>(byte[] bytes, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) is T body ? (body, null) : (null, RequestAdmission.Malformed($"a JSON {typeof(T).Name}", "null"));
        }
        catch (JsonException fault)
        {
            return (null, RequestAdmission.Malformed($"a JSON {typeof(T).Name}", fault.Message));
        }
    }

    /// <summary>The bytes, null if there are more than allowed.</summary>
    internal static async Task<byte[]?> ReadBytesAsync(HttpContext context)
    {
        if (context.Request.ContentLength > RequestAdmission.MaxBody)
        {
            return null;
        }

        using var body = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (body.Length + read > RequestAdmission.MaxBody)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    internal static Refusal TooLarge() => new(
        ProblemCodes.TooLarge, "The request body is too large.", $"at most {RequestAdmission.MaxBody} bytes", "more", "Send fewer or smaller items in one request.");
}
