namespace Ait.Engine;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: system, user or assistant, or what else the model's template knows.</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage(string Role, string Content);
