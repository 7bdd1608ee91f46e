using System.Text.Json;
using Ait.Engine.Tests.Importing;

namespace Ait.Engine.Tests.Prompting;

public sealed class ChatTemplateTests
{
    private sealed record Case(string Name, string Template, ChatMessage[] Messages, bool Opens, string? Expected);

    private static readonly Case[] s_cases = JsonSerializer.Deserialize<Case[]>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Prompting", "templates.json")), JsonSerializerOptions.Web) ?? [];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, s_cases.Length)];

    private static EngineRefusal Refused(string source, params ChatMessage[] messages)
    {
        if (!ChatTemplate.TryParse(source, out ChatTemplate? template, out EngineRefusal? refusal))
        {
            return refusal;
        }

        Assert.False(template.TryRender(messages, "<s>", "</s>", true, out string? prompt, out refusal), prompt);
        return refusal;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TryRender_yieldsWhatTheModelsLibraryYields(int index)
    {
        Case one = s_cases[index];
        Assert.True(ChatTemplate.TryParse(one.Template, out ChatTemplate? template, out EngineRefusal? refusal), $"{refusal}");
        bool isAccepted = template.TryRender(one.Messages, "<s>", "</s>", one.Opens, out string? prompt, out refusal);
        Assert.Equal(one.Expected is not null, isAccepted);
        Assert.Equal(one.Expected, prompt);
    }

    [Theory]
    [InlineData("{% macro x() %}{% endmacro %}", "a block to end")]
    [InlineData("{% if x %}", "elif, else or endif")]
    [InlineData("{% for x in y %}{% endif %}", "endfor")]
    [InlineData("{{ 'open }}", "}}")]
    [InlineData("{{ }}", "a value")]
    [InlineData("{{ a b }}", "the end of the tag")]
    [InlineData("{% set 3 = 4 %}", "name")]
    [InlineData("{{ x | unheard }}", "a filter that is carried out")]
    [InlineData("{{ x is odd_looking }}", "a test that is carried out")]
    [InlineData("{{ strftime_now('%d') }}", "a function that is carried out")]
    [InlineData("{{ 'a'.encode() }}", "a method of texts that is carried out")]
    [InlineData("{{ 1 % 0 }}", "a divisor other than 0")]
    [InlineData("{{ messages.x.y }}", "a value to take a member of")]
    [InlineData("{{ 99999999999999999999 }}", "a number below 2^63")]
    [InlineData("{% for i in range(99999999) %}x{% endfor %}", "at most 2000000 steps")]
    [InlineData("{% for i in range(2000) %}{% for j in range(2000) %}x{% endfor %}{% endfor %}", "at most 2000000 steps")]
    [InlineData("{% set ns = namespace(a='x') %}{% for i in range(60) %}{% set ns.a = ns.a + ns.a %}{% endfor %}", "texts of at most")]
    [InlineData("{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}", "values at most 16 deep")]
    public void TryParseOrTryRender_refusesWhatIsNotCarriedOut(string source, string expected)
    {
        EngineRefusal refusal = Refused(source, new ChatMessage("user", "x"));
        Assert.Equal(EngineRefusalCode.TemplateFailed, refusal.Code);
        Assert.StartsWith(expected, refusal.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_refusesWhatIsNestedTooDeeply()
    {
        Assert.Equal(EngineRefusalCode.TemplateFailed, Refused("{{ " + new string('(', 5000)).Code);
        Assert.Equal(EngineRefusalCode.TemplateFailed, Refused("{{ " + new string('(', 500) + "1" + new string(')', 500) + " }}").Code);
        Assert.Equal(EngineRefusalCode.TemplateFailed, Refused("{{ " + string.Concat(Enumerable.Repeat("a+", 5000)) + "a }}").Code);
        Assert.Equal(EngineRefusalCode.TemplateFailed, Refused(string.Concat(Enumerable.Repeat("{% if x %}", 2000))).Code);
        Assert.Equal(EngineRefusalCode.FileTooLarge, Refused(new string('x', EngineLimits.MaxTemplateBytes + 1)).Code);
    }

    [Fact]
    public void TryParse_takesAnyMutationOrRefusesIt()
    {
        var random = new Random(3);
        for (int i = 0; i < 3000; i++)
        {
            Case one = s_cases[random.Next(s_cases.Length)];
            char[] text = one.Template.ToCharArray();
            for (int flips = random.Next(1, 5); flips > 0; flips--)
            {
                text[random.Next(text.Length)] = "{}%#-'\"()[].,|~=!<>+ abm0\n"[random.Next(26)];
            }

            if (ChatTemplate.TryParse(new string(text), out ChatTemplate? template, out EngineRefusal? refusal))
            {
                template.TryRender(one.Messages, "<s>", "</s>", one.Opens, out _, out _);
            }
            else
            {
                Assert.Contains("chat template, character", refusal.What, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("qwen2", "<|start|>user\nHi<|stop|>\n<|start|>assistant\n")]
    [InlineData("llama2", "<s>[INST] Hi [/INST]")]
    public void TryRender_makesThePromptOfTheSampleModels(string family, string expected)
    {
        string folder = Directory.CreateTempSubdirectory("ait-template-").FullName;
        try
        {
            CheckpointMaker.Make(family).Write(Path.Combine(folder, "c"));
            CancellationToken cancellation = TestContext.Current.CancellationToken;
            string file = Path.Combine(folder, "model.ait");
            Assert.True(ModelArtifact.TryImport(Path.Combine(folder, "c"), file, null, null, cancellation, out _, out EngineRefusal? refusal), $"{refusal}");
            Assert.True(ModelArtifact.TryOpen(file, cancellation, out Model? model, out refusal), $"{refusal}");
            Assert.True(ChatTemplate.TryParse(model.Tokenizer.ChatTemplate!, out ChatTemplate? template, out refusal), $"{refusal}"); // The maker writes one.
            Assert.True(template.TryRender([new("user", " Hi ".Trim())], model.Tokenizer.BeginText, model.Tokenizer.EndText, true, out string? prompt, out refusal), $"{refusal}");
            Assert.Equal(expected, prompt);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
