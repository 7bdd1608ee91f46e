using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Prompting;

namespace Ait.Engine;

/// <summary>
/// A model's chat template: the part of Jinja that such templates use, with the white-space rules they are written for
/// (trim_blocks and lstrip_blocks). Steps and output are bounded.
/// </summary>
public sealed class ChatTemplate
{
    private readonly List<Node> _nodes;

    private ChatTemplate(List<Node> nodes) => _nodes = nodes;

    /// <summary>Reads a template; one with a part that is not carried out is refused, with the place.</summary>
    public static bool TryParse(string source, [NotNullWhen(true)] out ChatTemplate? template, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(source);
        template = null;
        refusal = null;
        try
        {
            template = new ChatTemplate(new TemplateParser(source).Parse());
        }
        catch (EngineRefusedException refused)
        {
            refusal = refused.Refusal;
        }

        return template is not null;
    }

    /// <summary>The prompt of a conversation; refused if the template refuses the messages.</summary>
    /// <param name="messages">The messages so far.</param>
    /// <param name="beginText">What the template calls bos_token.</param>
    /// <param name="endText">What the template calls eos_token.</param>
    /// <param name="opensAnswer">Whether the prompt ends where the assistant begins to speak.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="refusal">Why there is none.</param>
    public bool TryRender(
        IReadOnlyList<ChatMessage> messages,
        string beginText,
        string endText,
        bool opensAnswer,
        [NotNullWhen(true)] out string? prompt,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(messages);
        prompt = null;
        refusal = null;
        var list = new List<object?>();
        foreach (ChatMessage message in messages)
        {
            list.Add(new Dictionary<string, object?> { ["role"] = message.Role, ["content"] = message.Content });
        }

        try
        {
            prompt = new Renderer(new Dictionary<string, object?>
            {
                ["messages"] = list,
                ["bos_token"] = beginText,
                ["eos_token"] = endText,
                ["add_generation_prompt"] = opensAnswer,
            }).Render(_nodes);
        }
        catch (EngineRefusedException refused)
        {
            refusal = refused.Refusal;
        }

        return prompt is not null;
    }
}
