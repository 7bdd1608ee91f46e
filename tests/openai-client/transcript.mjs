// OpenAI's own client against a coordinator: node transcript.mjs BASE_URL API_KEY TRAINING_FILE. One line of JSON: what each call gave.
import OpenAI from 'openai';

const [baseURL, apiKey, training_file] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey });
const said = {};

async function refusal(call) {
  try {
    await call();
    return null;
  } catch (fault) {
    return { class: fault.constructor.name, status: fault.status, code: fault.code, param: fault.param, type: fault.type };
  }
}

const models = [];
for await (const model of client.models.list()) models.push(model.id);
said.models = models;
const model = models[0];
said.model = await client.models.retrieve(model);

const question = { model, messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'What is it?' }], max_tokens: 8, seed: 11 };
const whole = await client.chat.completions.create(question);
said.chat = whole;
said.requestId = whole._request_id;

const stream = await client.chat.completions.create({ ...question, stream: true, stream_options: { include_usage: true } });
said.streamed = '';
for await (const chunk of stream) {
  said.streamed += chunk.choices[0]?.delta?.content ?? '';
  if (chunk.usage) said.streamedUsage = chunk.usage;
  if (chunk.ait) said.streamedProof = chunk.ait;
}

const runner = client.chat.completions.stream(question);
said.helper = (await runner.finalChatCompletion()).choices[0].message.content;

said.text = await client.completions.create({ model, prompt: 'Once upon a time', max_tokens: 8, temperature: 0 });
const continued = await client.completions.create({ model, prompt: 'Once upon a time', max_tokens: 8, temperature: 0, stream: true });
said.textStreamed = '';
for await (const chunk of continued) said.textStreamed += chunk.choices[0].text;

// The client asks for base64 by itself and decodes it.
said.embeddings = await client.embeddings.create({ model, input: ['What is AIT?', 'Rome is in Italy.'] });
said.embeddedNumbers = await client.embeddings.create({ model, input: 'What is AIT?', encoding_format: 'float' });

const tuning = { model, training_file, seed: 3, hyperparameters: { batch_size: 1, steps: 4, sequence_length: 16, warmup_steps: 1, checkpoint_steps: 2 } };
said.tuningCreated = await client.fineTuning.jobs.create(tuning);
said.tuning = said.tuningCreated;
while (said.tuning.status === 'queued' || said.tuning.status === 'running') {
  await new Promise((resolve) => setTimeout(resolve, 2000));
  said.tuning = await client.fineTuning.jobs.retrieve(said.tuningCreated.id);
}
said.tuningJobs = [];
for await (const job of client.fineTuning.jobs.list({ limit: 1 })) said.tuningJobs.push(job.id);
said.tuningEvents = [];
for await (const told of client.fineTuning.jobs.listEvents(said.tuning.id, { limit: 2 })) said.tuningEvents.push(told);
said.tuningCheckpoints = [];
for await (const checkpoint of client.fineTuning.jobs.checkpoints.list(said.tuning.id)) said.tuningCheckpoints.push(checkpoint);

said.refusals = {
  tuningFile: await refusal(() => client.fineTuning.jobs.create({ ...tuning, training_file: 'file-abc' })),
  tuningEpochs: await refusal(() => client.fineTuning.jobs.create({ ...tuning, hyperparameters: { n_epochs: 3 } })),
  tuningDear: await refusal(() => client.fineTuning.jobs.create({ ...tuning, hyperparameters: { steps: 1000 } })),
  tuningOther: await refusal(() => client.fineTuning.jobs.retrieve('ftjob-none')),
  tuningEnded: await refusal(() => client.fineTuning.jobs.cancel(said.tuning.id)),
  key: await refusal(() => new OpenAI({ baseURL, apiKey: 'ait-wrong' }).chat.completions.create(question)),
  keyListing: await refusal(() => new OpenAI({ baseURL, apiKey: 'ait-wrong' }).models.list()),
  model: await refusal(() => client.chat.completions.create({ ...question, model: 'gpt-nothing' })),
  tools: await refusal(() => client.chat.completions.create({ ...question, tools: [{ type: 'function', function: { name: 'f' } }] })),
  context: await refusal(() => client.chat.completions.create({ ...question, messages: [{ role: 'user', content: 'x'.repeat(5000) }] })),
  dimensions: await refusal(() => client.embeddings.create({ model, input: 'x', dimensions: 3 })),
  dear: await refusal(() => client.chat.completions.create({ ...question, max_tokens: 400, seed: 12 })),
};
process.stdout.write(JSON.stringify(said));
