import { type LangfuseRecorder, startLangfuseRecorder } from '@ai-manager/langfuse/test-recorder';
import { traceRecorder } from '@ai-manager/langfuse/test-traces';
import { startApi, type TestApi } from '../api.ts';
import { createTestDatabase } from '../databases.ts';
import { testKeyFile } from '../licences/key.ts';
import { type ModelRecorder, startModelRecorder } from '../model-recorder.ts';
import { freePort } from '../ports.ts';
import { type StripeRecorder, startStripeRecorder } from '../stripe-recorder.ts';
import { type Subscriber, startSubscriber } from '../subscriber.ts';
import { startTwilioRecorder, type TwilioRecorder } from '../twilio-recorder.ts';
import { answerEverything } from './model.ts';

/** What the steps run against: the API of one company, and the services around it on loopback. */
export interface Fixture {
  api: TestApi;
  langfuse: LangfuseRecorder;
  model: ModelRecorder;
  stripe: StripeRecorder;
  twilio: TwilioRecorder;
  /** Takes events and callbacks. */
  subscriber: Subscriber;
  close(): Promise<void>;
}

/** Starts the API of an empty company with a plan, with a model, a Langfuse, a Stripe, a Twilio and a subscriber. */
export async function startFixture(env: Record<string, string> = {}): Promise<Fixture> {
  const testDatabase = await createTestDatabase();
  const model = await startModelRecorder(answerEverything);
  const langfuse = await startLangfuseRecorder(traceRecorder().routes);
  const stripe = await startStripeRecorder();
  const twilio = await startTwilioRecorder();
  const subscriber = await startSubscriber();
  // Links to files name the port.
  const port = String(await freePort());
  const api = await startApi(testDatabase, {
    PORT: port,
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: model.url,
    OPENAI_REGIONS: 'eu-west-1',
    DATA_REGION: 'eu-west-1',
    LANGFUSE_BASE_URL: langfuse.url,
    LANGFUSE_PUBLIC_KEY: langfuse.publicKey,
    LANGFUSE_SECRET_KEY: langfuse.secretKey,
    LANGFUSE_RETRY_SECONDS: '1',
    WEBHOOK_RETRY_SECONDS: '1',
    LICENCE_KEY_FILE: testKeyFile(),
    ...stripe.env,
    ...twilio.env,
    ...env,
  });
  return {
    api,
    langfuse,
    model,
    stripe,
    twilio,
    subscriber,
    close: async () => {
      await api.stop();
      for (const service of [model, langfuse, stripe, twilio, subscriber]) await service.close();
      await testDatabase.remove();
    },
  };
}
